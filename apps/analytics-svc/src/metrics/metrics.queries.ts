import { rowScope, type RequestContext } from "@kehu/auth";
import { Database, type Queryable } from "@kehu/database";
import {
  Clock,
  closed,
  CompanySettings,
  currencyDigits,
  CursorSigner,
  filterSql,
  formatMinor,
  PAGING,
  parsePaging,
  Values,
  zoneInSql,
  type Filter,
  type Page,
  type Settings,
} from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { filterFields, GROUPING, metricNamed, parseGroupBy, parseMetricQuery } from "./metric-query.ts";
import type { Dimension, Metric } from "./metric.ts";

export interface MetricAnswer {
  metric: string;
  unit: string;
  currency?: string;
  timeZone: string;
  asOf: Date | null;
  rows: Record<string, string | number | null>[];
  total: string | number | null;
}

/** One record behind a number; `value` is what it adds, null where values do not add up. */
export interface MetricRecord {
  type: string;
  id: string;
  ownerId: string | null;
  createdAt: Date;
  /** Left out where it is hidden from the caller. */
  closedAt?: Date | null;
  value: string | number | null;
}

/** Numbers, computed from facts within the caller's scope. */
@Injectable()
export class MetricsQueries {
  constructor(
    private readonly database: Database,
    private readonly settings: CompanySettings,
    private readonly cursors: CursorSigner,
    private readonly clock: Clock,
  ) {}

  /** The number, grouped as asked; rows add up to the total where adding makes sense. */
  async compute(name: string, query: Readonly<Record<string, unknown>>, who: RequestContext): Promise<MetricAnswer> {
    const metric = metricNamed(name, who);
    const { where, plain } = parseMetricQuery(metric, query, GROUPING);
    const groupBy = parseGroupBy(metric, plain["groupBy"]);
    const settings = await this.settings.get();
    const values = new Values();
    const facts = await this.facts(metric, where, settings, who, values);
    const columns = groupBy.map((dimension) => `t.${dimension}`);
    const names = groupBy.includes("owner") ? ', max(u.owner_name) AS "ownerName"' : "";
    // A user has columns of the names that facts have, which formulas use.
    const join = groupBy.includes("owner")
      ? " LEFT JOIN (SELECT id AS owner_user, name AS owner_name FROM user_copy) u ON u.owner_user = t.owner"
      : "";
    const grouping = columns.length
      ? `GROUP BY GROUPING SETS ((${columns.join(", ")}), ()) ORDER BY grouping(${columns.join(", ")}), ${columns.join(", ")}`
      : "";
    const rows = await this.database.queryOnce<Record<string, string | null>>(
      `SELECT ${[...columns, `${metric.value} AS value`].join(", ")}${names}${columns.length ? `, grouping(${columns[0]!}) = 1 AS whole` : ", true AS whole"}
       FROM ${facts}${join} ${grouping}`,
      values.list,
    );
    const value = (row: Record<string, unknown> | undefined) =>
      shown(metric, settings, (row?.["value"] as string | null | undefined) ?? null);
    return {
      metric: metric.name,
      unit: metric.unit,
      ...(metric.unit === "money" && { currency: settings.currency }),
      timeZone: settings.timeZone,
      asOf: await asOf(this.database),
      rows: rows.filter((row) => !row["whole"]).map((row) => rowOf(groupBy, row, value(row))),
      total: value(rows.find((row) => row["whole"])),
    };
  }

  /** The records behind the number, in the order of their ids. */
  async records(
    name: string,
    query: Readonly<Record<string, unknown>>,
    who: RequestContext,
  ): Promise<Page<MetricRecord>> {
    const metric = metricNamed(name, who);
    const { where, plain } = parseMetricQuery(metric, query, PAGING);
    const { limit, cursor } = parsePaging(plain);
    const settings = await this.settings.get();
    const binding = ["metric", name, where, who.actorId];
    const after = cursor === null ? null : this.cursors.read(cursor, binding)[0];
    const values = new Values();
    const facts = await this.facts(metric, where, settings, who, values);
    const place = values.bind(after);
    const found = await this.database.queryOnce<Omit<MetricRecord, "value"> & { value: string | null }>(
      `SELECT t.concept AS type, t.id, t.owner_id AS "ownerId", t.created_at AS "createdAt", t.closed_at AS "closedAt", ${metric.each ?? "NULL"} AS value
       FROM ${facts} WHERE ${place}::uuid IS NULL OR t.id > ${place} ORDER BY t.id LIMIT ${values.bind(limit + 1)}`,
      values.list,
    );
    const hasMore = found.length > limit;
    const hidesClosing = closed(who, metric.concept, "closedAt") === "hidden";
    const data = found.slice(0, limit).map(({ closedAt, ...record }) => ({
      ...record,
      ...(!hidesClosing && { closedAt }),
      value: shown(metric, settings, record.value),
    }));
    return { data, page: { nextCursor: hasMore ? this.cursors.sign([data.at(-1)!.id], binding) : null, hasMore } };
  }

  /** FROM item `t`: the facts that the metric counts, in the caller's scope, with its dimensions as columns. */
  private async facts(
    metric: Metric,
    where: Filter | null,
    settings: Settings,
    who: RequestContext,
    values: Values,
  ): Promise<string> {
    const zone = values.bind(zoneInSql(settings.timeZone));
    const concept = values.bind(metric.concept);
    const dimensions = Object.entries(metric.dimensions).map(([dimension, column]) => `f.${column} AS ${dimension}`);
    const distinct = dimensions.filter((dimension) => !/^f\.(\w+) AS \1$/.test(dimension));
    const condition = where
      ? filterSql(filterFields(metric), where, values.bind, { ...settings, now: this.clock.now() })
      : "true";
    const scope = rowScope(who, metric.permission, "t", values.bind);
    return `(
      SELECT t.* FROM (
        SELECT ${["f.*", ...distinct].join(", ")} FROM (
          SELECT *, to_char(created_at AT TIME ZONE ${zone}, 'YYYY-MM') AS created_month, to_char(closed_at AT TIME ZONE ${zone}, 'YYYY-MM') AS closed_month,
                 (created_at AT TIME ZONE ${zone})::date AS created_on, (closed_at AT TIME ZONE ${zone})::date AS closed_on
          FROM ${await liveTable(this.database)} WHERE concept = ${concept} AND NOT deleted AND ${metric.where}
        ) f
      ) t WHERE (${condition}) AND (${scope})
    ) t`;
  }
}

async function liveTable(queryable: Queryable): Promise<string> {
  const [projection] = await queryable.query<{ live: "fact_blue" | "fact_green" }>(
    `SELECT live FROM projection WHERE name = 'facts'`,
  );
  return projection!.live;
}

/** When the newest event that the numbers know of happened; null before the first. */
async function asOf(queryable: Queryable): Promise<Date | null> {
  const [newest] = await queryable.query<{ time: Date }>("SELECT time FROM event_store ORDER BY seq DESC LIMIT 1");
  return newest?.time ?? null;
}

function rowOf(groupBy: readonly Dimension[], row: Record<string, string | null>, value: string | number | null) {
  const group = Object.fromEntries(groupBy.map((dimension) => [dimension, row[dimension] ?? null]));
  return { ...group, ...(groupBy.includes("owner") && { ownerName: row["ownerName"] ?? null }), value };
}

function shown(metric: Metric, { currency }: Settings, value: string | null): string | number | null {
  if (value === null) return null;
  switch (metric.unit) {
    case "count":
      return Number(value);
    case "money":
      return formatMinor(BigInt(value.replace(/\.0*$/, "")), currencyDigits(currency));
    default:
      return value;
  }
}
