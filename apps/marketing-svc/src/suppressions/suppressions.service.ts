import { UnownedRecordService, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { Suppression } from "./suppression.entity.ts";
import { SUPPRESSIONS } from "./suppressions.resource.ts";

/** Entries are created, one by one or in bulk; every other write is refused by the entity. */
@Injectable()
export class SuppressionsService extends UnownedRecordService<Suppression> {
  constructor(writing: Writing) {
    super(SUPPRESSIONS, writing);
  }
}
