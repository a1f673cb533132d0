import type { Bind } from "@kehu/auth";
import type { DateTime } from "luxon";
import { isDay, isInstant } from "./dto.ts";
import type { Field } from "./field.ts";
import { listOf, refuse, type FilterOptions, type Operator } from "./filter-values.ts";
import { periodOf } from "./period.ts";

export type Moment = Field & { kind: "date" | "instant" };
export type MomentOperator = Exclude<Operator, "isNull" | "contains" | "startsWith">;

export const isMoment = (field: Field): field is Moment => field.kind === "date" || field.kind === "instant";

/** A value of a condition on a date or an instant: a point of time, or all from `from` to before `to`. */
export type Span = { at: string } | { from: string; to: string };

/** What a value is to be; by the kinds of fields. */
const EXPECTED = {
  date: "a day such as 2026-01-31, today, -7d or lastMonth",
  instant: "an instant such as 2026-01-31T09:00:00Z, or a day such as 2026-01-31, today, -7d or lastMonth",
} as const;

/**
 * Compiles a condition on a date or an instant. A day is a period where the field has a time of day, and so are words as
 * `thisMonth`: `eq` is within it, `gt` behind it, `gte` not before it, `lt` before it, `lte` not behind it. Days begin in
 * the time zone of the options.
 *
 * @param column an expression
 * @param isExact it must be true or false, and not unknown
 */
export function momentSql(
  column: string,
  name: string,
  field: Moment,
  op: MomentOperator,
  value: unknown,
  bind: Bind,
  options: FilterOptions,
  isExact: boolean,
): string {
  const type = field.custom ? "text" : field.kind === "date" ? "date" : "timestamptz";
  const bound = (text: string) => `${bind(field.custom ? sortable(text) : text)}::${type}`;
  const known = (sql: string) => (isExact ? `coalesce(${sql}, false)` : sql);
  const within = (span: Span) =>
    "at" in span
      ? `${column} = ${bound(span.at)}`
      : `(${column} >= ${bound(span.from)} AND ${column} < ${bound(span.to)})`;
  const compare = (span: Span) => {
    if (op === "gte" || op === "lt")
      return `${column} ${op === "lt" ? "<" : ">="} ${bound("at" in span ? span.at : span.from)}`;
    if ("at" in span) return `${column} ${op === "gt" ? ">" : "<="} ${bound(span.at)}`;
    return `${column} ${op === "gt" ? ">=" : "<"} ${bound(span.to)}`;
  };
  const spans = (op === "in" || op === "nin" ? listOf(name, value) : [value]).map((one) =>
    spanOf(name, field.kind, one, options),
  );
  switch (op) {
    case "eq":
    case "in":
      return known(spans.map(within).join(" OR "));
    case "ne":
    case "nin":
      return `NOT coalesce(${spans.map(within).join(" OR ")}, false)`;
    default:
      return known(compare(spans[0]!));
  }
}

/** @throws Malformed `filter.invalid-value` */
export function spanOf(name: string, kind: "date" | "instant", value: unknown, { timeZone, now }: FilterOptions): Span {
  if (typeof value !== "string") refuse(name, EXPECTED[kind]);
  if (kind === "date" && isDay(value)) return { at: value };
  if (kind === "instant" && isInstant(value)) return { at: value };
  const period = periodOf(value, timeZone, now);
  if (!period) refuse(name, EXPECTED[kind]);
  const text = kind === "date" ? dayText : instantText;
  return { from: text(period.from), to: text(period.to) };
}

/** As `custom_value` has it: a day as it is, an instant in UTC with its milliseconds, and what is beyond all of them. */
const sortable = (text: string) => (isInstant(text) ? new Date(text).toISOString() : text);

const dayText = (moment: DateTime) => (moment.year > 9999 ? "infinity" : moment.toISODate()!);

/** Years of other than four digits are beyond what records have. */
function instantText(moment: DateTime): string {
  const utc = moment.toUTC();
  if (utc.year > 9999) return "infinity";
  return utc.year < 1 ? "-infinity" : utc.toISO()!;
}
