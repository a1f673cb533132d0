import { RequirePermission } from "@kehu/auth";
import { Malformed } from "@kehu/contracts";
import { filterParameters, ListParameters, Retention, Takes } from "@kehu/records";
import { Controller, Get, HttpCode, Post, Query, type Type } from "@nestjs/common";

const MOST_MONTHS = 1200;
const RULE = {
  concept: { description: "Of a rule to try: the concept, such as `sales.lead`", schema: { type: "string" } },
  condition: { description: "Its condition, such as `untouched`", schema: { type: "string" } },
  months: { description: "Its time", schema: { type: "integer", minimum: 1, maximum: MOST_MONTHS } },
} as const;

/** What the company's retention rules do in one service, under its path. */
export function retentionController(service: string): Type {
  @Controller(`v1/operations/${service}`)
  class RetentionController {
    constructor(private readonly retention: Retention) {}

    /** Whom the rules would erase now: those that the company has, or the one that is named. */
    @Get("retention")
    @RequirePermission("operations.personal-data.manage")
    @Takes(RULE)
    async preview(@Query() query: ListParameters) {
      const { plain } = filterParameters({}, query, Object.keys(RULE));
      const rules = Object.keys(plain).length > 0 ? [ruleOf(plain)] : await this.retention.rules();
      const data = [];
      for (const rule of rules) data.push({ ...rule, persons: await this.retention.preview(rule) });
      return { data };
    }

    /** Erases up to 500 persons by the company's rules; to be asked again while persons remain. */
    @Post("retention")
    @HttpCode(200)
    @RequirePermission("operations.personal-data.manage")
    run() {
      return this.retention.run();
    }
  }
  return RetentionController;
}

function ruleOf({ concept, condition, months }: Record<string, string>) {
  const time = /^[1-9]\d{0,3}$/.test(months ?? "") ? Number(months) : Infinity;
  if (concept !== undefined && condition !== undefined && time <= MOST_MONTHS)
    return { concept, condition, months: time };
  const message = `A rule to try has a concept, a condition, and months from 1 to ${MOST_MONTHS}.`;
  throw new Malformed("query.invalid", message);
}
