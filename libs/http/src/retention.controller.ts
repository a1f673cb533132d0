import { RequirePermission } from "@kehu/auth";
import { Malformed, RETENTION_CONDITIONS } from "@kehu/contracts";
import { filterParameters, ListParameters, Retention, Takes } from "@kehu/records";
import { Controller, Get, HttpCode, Post, Query, type Type } from "@nestjs/common";

const MOST_MONTHS = 1200;
const CONCEPTS = Object.keys(RETENTION_CONDITIONS);
const CONDITIONS: readonly string[] = [...new Set(Object.values(RETENTION_CONDITIONS).flat())];
const RULE = {
  concept: { description: "Only rules about this concept", schema: { type: "string", enum: CONCEPTS } },
  condition: { description: "Only rules with this condition", schema: { type: "string", enum: CONDITIONS } },
  months: {
    description: "Tries every condition with this time, whether the company has such a rule or not",
    schema: { type: "integer", minimum: 1, maximum: MOST_MONTHS },
  },
} as const;

/** What the company's retention rules do in one service, under its path. */
export function retentionController(service: string): Type {
  @Controller(`v1/operations/${service}`)
  class RetentionController {
    constructor(private readonly retention: Retention) {}

    /** Whom the rules would erase now: those that the company has, or others to try. */
    @Get("retention")
    @RequirePermission("operations.personal-data.manage")
    @Takes(RULE)
    async preview(@Query() query: ListParameters) {
      const { plain } = filterParameters({}, query, Object.keys(RULE));
      const { concept, condition, months } = plain;
      mustBeOneOf("concept", concept, CONCEPTS);
      mustBeOneOf("condition", condition, CONDITIONS);
      const time = months === undefined ? null : timeOf(months);
      const all = time === null ? await this.retention.rules() : this.retention.conditions(time);
      const rules = all.filter(
        (rule) => rule.concept === (concept ?? rule.concept) && rule.condition === (condition ?? rule.condition),
      );
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

function mustBeOneOf(name: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value))
    throw new Malformed("query.invalid", `The parameter ${name} has another value.`, { allowed });
}

function timeOf(months: string): number {
  const time = /^[1-9]\d{0,3}$/.test(months) ? Number(months) : Infinity;
  if (time > MOST_MONTHS)
    throw new Malformed("query.invalid", `The parameter months is a number from 1 to ${MOST_MONTHS}.`);
  return time;
}
