import { RequirePermission } from "@kehu/auth";
import { Malformed } from "@kehu/contracts";
import { filterParameters, ListParameters, Purge, Takes } from "@kehu/records";
import { Controller, Get, HttpCode, Post, Query, type Type } from "@nestjs/common";

const FEWEST_DAYS = 7;
const MOST_DAYS = 3650;
const DAYS = {
  days: {
    description: "As if the company had said so many days",
    schema: { type: "integer", minimum: FEWEST_DAYS, maximum: MOST_DAYS },
  },
} as const;

/** The end of what was deleted in one service, under its path. */
export function purgeController(service: string): Type {
  @Controller(`v1/operations/${service}`)
  class PurgeController {
    constructor(private readonly purge: Purge) {}

    /** How many deleted records would go now, and how many stay since others refer to them. */
    @Get("purge")
    @RequirePermission("operations.personal-data.manage")
    @Takes(DAYS)
    async preview(@Query() query: ListParameters) {
      const { plain } = filterParameters({}, query, Object.keys(DAYS));
      const days = plain["days"] === undefined ? await this.purge.days() : daysOf(plain["days"]);
      return { days, data: days === null ? [] : await this.purge.preview(days) };
    }

    /** Purges up to 500 records, as the company has said; to be asked again while some remain. */
    @Post("purge")
    @HttpCode(200)
    @RequirePermission("operations.personal-data.manage")
    run() {
      return this.purge.run();
    }
  }
  return PurgeController;
}

function daysOf(text: string): number {
  const days = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 0;
  if (days < FEWEST_DAYS || days > MOST_DAYS)
    throw new Malformed("query.invalid", `The parameter days is a number from ${FEWEST_DAYS} to ${MOST_DAYS}.`);
  return days;
}
