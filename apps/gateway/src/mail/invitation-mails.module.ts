import { Module } from "@nestjs/common";
import { InvitationMailsConsumer } from "./invitation-mails.consumer.ts";
import { MailModule } from "./mail.module.ts";

/** Only where there is a mail server: else nothing follows invitations, and their links stand in the replies. */
@Module({ imports: [MailModule], controllers: [InvitationMailsConsumer] })
export class InvitationMailsModule {}
