import { Module } from "@nestjs/common";
import { MailQueue } from "./mail-queue.service.ts";
import { MailWriter } from "./mail-writer.service.ts";
import { Smtp } from "./smtp.service.ts";

@Module({ providers: [MailQueue, MailWriter, Smtp], exports: [MailQueue, Smtp] })
export class MailModule {}
