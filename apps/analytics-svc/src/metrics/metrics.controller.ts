import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ListParameters, PAGING, Takes } from "@kehu/records";
import { Controller, Get, Param, Query } from "@nestjs/common";
import { FIELDS, GROUPING, metricsFor } from "./metric-query.ts";
import { MetricsQueries } from "./metrics.queries.ts";

const ALSO_READS = {
  alsoReads: [
    "customer.account.read",
    "customer.contact.read",
    "customer.interaction.read",
    "customer.task.read",
    "sales.lead.read",
    "sales.opportunity.read",
    "service-desk.ticket.read",
    "marketing.campaign.read",
    "marketing.campaign-member.read",
  ],
} as const;

@Controller("v1/metrics")
export class MetricsController {
  constructor(private readonly metrics: MetricsQueries) {}

  /** All numbers that there are for the caller. */
  @Get()
  @RequirePermission("analytics.metric.read")
  catalogue(@Who() who: RequestContext) {
    return {
      data: metricsFor(who).map(({ name, unit, formula, dimensions, permission }) => ({
        name,
        unit,
        formula,
        dimensions: Object.keys(dimensions),
        permission,
      })),
    };
  }

  /** The number, within what the caller may see. Which of the dimensions it has, the catalogue says. */
  @Get(":name")
  @RequirePermission("analytics.metric.read", ALSO_READS)
  @Takes(GROUPING, FIELDS)
  compute(@Param("name") name: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.metrics.compute(name, query, who);
  }

  /** The records behind the number, in the order of their ids. */
  @Get(":name/records")
  @RequirePermission("analytics.metric.read", ALSO_READS)
  @Takes(PAGING, FIELDS)
  records(@Param("name") name: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.metrics.records(name, query, who);
  }
}
