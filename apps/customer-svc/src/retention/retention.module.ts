import { retentionController } from "@kehu/http";
import { Retention } from "@kehu/records";
import { Module } from "@nestjs/common";
import { CONTACTS } from "../contacts/contacts.resource.ts";
import { CONTACT_CONDITIONS } from "./contact-retention.ts";

@Module({ controllers: [retentionController("customer")] })
export class RetentionModule {
  constructor(retention: Retention) {
    retention.register(CONTACTS, CONTACT_CONDITIONS);
  }
}
