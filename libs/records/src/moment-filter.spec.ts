import { Values } from "./caller-sql.ts";
import { day, fields, instant } from "./fields.ts";
import { filterSql } from "./filter-sql.ts";
import { parseFilter } from "./filter.ts";
import type { Operator } from "./filter-values.ts";

const NO_DAYS = ["2026-02-30", "2026-1-1", "31.01.2026", "0000-01-01", "2026-01-31T00:00:00Z"];
const NO_INSTANTS = [
  "2026-02-30",
  "2026-02-30T00:00:00Z",
  "0000-01-01T00:00:00Z",
  "2026-01-31T25:00:00Z",
  "2026-01-31T09:00:00",
  "2026-01-31 09:00:00Z",
  "2026-01-31T09:00:00+16:00",
  "now",
];

const DEAL = fields({ closedOn: day("Closed on", "关闭日期"), closedAt: instant("Closed at", "关闭时间") });
const OPTIONS = { currency: "JPY", timeZone: "Asia/Tokyo", country: "JP", now: new Date("2026-11-26T16:00:00Z") };

const sqlOf = (field: string, op: Operator, value: unknown) => {
  const values = new Values();
  const sql = filterSql(DEAL, parseFilter(DEAL, { field, op, value }), values.bind, OPTIONS);
  return { sql, values: values.list };
};

describe("conditions on dates and instants", () => {
  it.each<[field: string, op: Operator, value: unknown, sql: string, values: unknown[]]>([
    ["closedOn", "lt", "2024-02-29", "t.closed_on < $1::date", ["2024-02-29"]],
    ["closedOn", "eq", "2026-01-31", "t.closed_on = $1::date", ["2026-01-31"]],
    ["closedOn", "ne", "2026-01-31", "NOT coalesce(t.closed_on = $1::date, false)", ["2026-01-31"]],
    // It is the 27th in Tokyo already.
    ["closedOn", "gte", "-7d", "t.closed_on >= $1::date", ["2026-11-20"]],
    ["closedOn", "lte", "thisMonth", "t.closed_on < $1::date", ["2026-12-01"]],
    [
      "closedOn",
      "in",
      "today,2026-01-31",
      "(t.closed_on >= $1::date AND t.closed_on < $2::date) OR t.closed_on = $3::date",
      ["2026-11-27", "2026-11-28", "2026-01-31"],
    ],
    ["closedAt", "gt", "2026-01-31", "t.closed_at >= $1::timestamptz", ["2026-01-31T15:00:00.000Z"]],
    ["closedAt", "gte", "today", "t.closed_at >= $1::timestamptz", ["2026-11-26T15:00:00.000Z"]],
    ["closedAt", "lt", "today", "t.closed_at < $1::timestamptz", ["2026-11-26T15:00:00.000Z"]],
    ["closedAt", "lte", "today", "t.closed_at < $1::timestamptz", ["2026-11-27T15:00:00.000Z"]],
    [
      "closedAt",
      "nin",
      ["lastQuarter"],
      "NOT coalesce((t.closed_at >= $1::timestamptz AND t.closed_at < $2::timestamptz), false)",
      ["2026-06-30T15:00:00.000Z", "2026-09-30T15:00:00.000Z"],
    ],
    ["closedAt", "lte", "9999-12-31", "t.closed_at < $1::timestamptz", ["9999-12-31T15:00:00.000Z"]],
    ["closedOn", "lte", "9999-12-31", "t.closed_on <= $1::date", ["9999-12-31"]],
    ["closedAt", "gte", "0001-01-01", "t.closed_at >= $1::timestamptz", ["-infinity"]],
    [
      "closedAt",
      "gt",
      "2026-01-31T09:00:00.123456+08:00",
      "t.closed_at > $1::timestamptz",
      ["2026-01-31T09:00:00.123456+08:00"],
    ],
  ])("compile: %s %s %j", (field, op, value, sql, values) => {
    expect(sqlOf(field, op, value)).toEqual({ sql: `(${sql})`, values });
  });

  it.each<[field: string, values: unknown[], expected: string]>([
    ["closedOn", [...NO_DAYS, 7, null, ""], "a day such as 2026-01-31, today, -7d or lastMonth"],
    [
      "closedAt",
      [...NO_INSTANTS, 7, null, ""],
      "an instant such as 2026-01-31T09:00:00Z, or a day such as 2026-01-31, today, -7d or lastMonth",
    ],
  ])("refuse what is none: %s", (field, values, expected) => {
    for (const value of values) {
      expect(() => sqlOf(field, "gt", value)).toThrow(
        expect.objectContaining({
          status: 400,
          code: "filter.invalid-value",
          members: { errors: [{ field, code: "filter.invalid-value", message: `Expected: ${expected}.` }] },
        }),
      );
    }
  });
});
