import { UnownedRecordService, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { Consent } from "./consent.entity.ts";
import { CONSENTS } from "./consents.resource.ts";

/** Entries are created, one by one or in bulk; every other write is refused by the entity. */
@Injectable()
export class ConsentsService extends UnownedRecordService<Consent> {
  constructor(writing: Writing) {
    super(CONSENTS, writing);
  }
}
