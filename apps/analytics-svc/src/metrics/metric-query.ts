import type { RequestContext } from "@kehu/auth";
import { Malformed } from "@kehu/contracts";
import {
  choice,
  closed,
  day,
  filterParameters,
  reference,
  text,
  USERS,
  type DeclaredQuery,
  type FieldMap,
  type Filter,
} from "@kehu/records";
import { DIMENSIONS, fieldOf, METRICS, type Dimension, type Metric } from "./metric.ts";

/** What any metric is filtered by; one metric takes those of its own dimensions. */
export const FIELDS: FieldMap = {
  owner: { ...reference("Owner", "负责人", USERS), column: "owner" },
  stage: { ...text("Stage", "阶段"), column: "stage" },
  source: { ...text("Source", "来源"), column: "source" },
  status: { ...text("Status", "状态"), column: "status" },
  channel: { ...text("Channel", "渠道"), column: "channel" },
  type: { ...text("Type", "类型"), column: "type" },
  industry: { ...text("Industry", "行业"), column: "industry" },
  month: { ...choice("Month", "月份", []), column: "month" },
  createdOn: { ...day("Created on", "创建日期"), column: "created_on" },
  closedOn: { ...day("Closed on", "关闭日期"), column: "closed_on" },
};

const MOST_DIMENSIONS = 3;

/** The query parameters of a metric, besides its filters. */
export const GROUPING = {
  groupBy: {
    description: "Dimensions of the metric with commas between: one row for each combination of their values",
    schema: {
      type: "array",
      items: { type: "string", enum: DIMENSIONS },
      maxItems: MOST_DIMENSIONS,
      uniqueItems: true,
    },
  },
} as const;

/** The metrics that are made of no field that is hidden from the caller, with the dimensions that show none. */
export function metricsFor(who: RequestContext): readonly Metric[] {
  const isOpen = (metric: Metric, field: string) => closed(who, metric.concept, field) !== "hidden";
  return METRICS.filter((metric) => metric.fields.every((field) => isOpen(metric, field))).map((metric) => {
    const open = Object.entries(metric.dimensions).filter(([name]) => isOpen(metric, fieldOf(metric, name)));
    return { ...metric, dimensions: Object.fromEntries(open) };
  });
}

/** @throws Malformed `metric.unknown` with `allowed` */
export function metricNamed(name: string, who: RequestContext): Metric {
  const metrics = metricsFor(who);
  const metric = metrics.find((one) => one.name === name);
  if (!metric)
    throw new Malformed("metric.unknown", "There is no such metric.", { allowed: metrics.map((one) => one.name) });
  return metric;
}

/** @returns the fields by which a metric is filtered: its dimensions and its dates */
export function filterFields(metric: Metric): FieldMap {
  const names = Object.keys(FIELDS).filter(
    (name) =>
      name in metric.dimensions ||
      name === "createdOn" ||
      (name === "closedOn" && metric.dimensions.month === "closed_month"),
  );
  return Object.fromEntries(names.map((name) => [name, FIELDS[name]!]));
}

/**
 * @param parameters those that the operation declares
 * @throws Malformed for an unknown field or parameter
 */
export function parseMetricQuery(
  metric: Metric,
  query: Readonly<Record<string, unknown>>,
  parameters: DeclaredQuery["parameters"],
): { where: Filter | null; plain: Record<string, string> } {
  return filterParameters(filterFields(metric), query, Object.keys(parameters));
}

/**
 * @param text comma-separated, or undefined
 * @throws Malformed `metric.unknown-dimension` with `allowed`
 */
export function parseGroupBy(metric: Metric, text: string | undefined): Dimension[] {
  if (text === undefined) return [];
  const names = text.split(",");
  const allowed = Object.keys(metric.dimensions);
  if (
    names.length > MOST_DIMENSIONS ||
    new Set(names).size < names.length ||
    !names.every((name) => allowed.includes(name))
  ) {
    throw new Malformed(
      "metric.unknown-dimension",
      `A metric is grouped by at most ${MOST_DIMENSIONS} of its dimensions.`,
      { allowed },
    );
  }
  return names as Dimension[];
}
