import { RequirePermission } from "@kehu/auth";
import { filterParameters, ListParameters, Orphans, Takes } from "@kehu/records";
import { Controller, Get, Query, type Type } from "@nestjs/common";

const AFTER = {
  after: { description: "`next` of the part before", schema: { type: "string", maxLength: 200 } },
} as const;

/** The report of ids that lead nowhere in one service, under its path. */
export function orphansController(service: string): Type {
  @Controller(`v1/operations/${service}`)
  class OrphansController {
    constructor(private readonly orphans: Orphans) {}

    /** References to records that are not there or are deleted, and what is left of records that are gone: part by part. */
    @Get("orphans")
    @RequirePermission("operations.bus.read")
    @Takes(AFTER)
    part(@Query() query: ListParameters) {
      const { after } = filterParameters({}, query, Object.keys(AFTER)).plain;
      return this.orphans.part(after ?? null);
    }
  }
  return OrphansController;
}
