import { Module } from "@nestjs/common";
import { AccountsModule } from "../accounts/accounts.module.ts";
import { ContactsModule } from "../contacts/contacts.module.ts";
import { LeadConversionConsumer } from "./lead-conversion.consumer.ts";

@Module({ imports: [AccountsModule, ContactsModule], controllers: [LeadConversionConsumer] })
export class LeadConversionModule {}
