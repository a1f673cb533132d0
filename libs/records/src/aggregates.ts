import type { Bind, RequestContext } from "@kehu/auth";
import { Malformed, type Money } from "@kehu/contracts";
import { UNITS, type AggregateQuery, type GroupKey } from "./aggregate-query.ts";
import { besideName, type Field, type FieldKind, type FieldMap } from "./field.ts";
import { columnOf, customColumn } from "./filter-sql.ts";
import { toMoney } from "./money.ts";
import type { Resource } from "./resource.ts";
import { zoneInSql } from "./time-zone.ts";
import { nameBeside } from "./view.ts";

/** Numbers of records. Money is given for each currency by itself: amounts of different ones are not added. */
interface Numbers {
  count: number;
  /** By the names of fields. */
  sum: Record<string, number | Money[]>;
  /** By the names of fields; null where no record has a value. */
  average: Record<string, number | null | Money[]>;
}

export interface Group extends Numbers {
  /** By what `groupBy` names, with the names of what references refer to. */
  group: Record<string, string | number | boolean | null>;
}

export interface Aggregate {
  data: Group[];
  total: Numbers;
}

/** Numbers have at most six digits behind the point: they are added up as whole millionths. */
const MILLION = 10 ** 6;
const MOST_GROUPS = 1_000;
/** Rows of the answer; a group has one for each combination of currencies. */
const MOST_ROWS = 5_000;

/**
 * The statement of an aggregate: a row for each group and combination of currencies.
 *
 * @param condition which rows count: scope and filter
 * @param timeZone in which days, weeks and months begin
 */
export function aggregateSql(
  { table, fields }: Pick<Resource, "table" | "fields">,
  query: AggregateQuery,
  condition: string,
  timeZone: string,
  who: RequestContext,
  bind: Bind,
): string {
  const joins = new Joins();
  const { groups } = query;
  const keys = groups.map((group, n) => `${keySql(group, joins, timeZone, bind)} AS g${n}`);
  const added = addedBy(query);
  const currencies = added.flatMap((name, n) =>
    fields[name]!.kind === "money" ? [`${joins.currency(fields[name]!)} AS "m${n}.currency"`] : [],
  );
  const numbers = added.flatMap((name, n) => {
    const column = joins.column(fields[name]!);
    const sum = fields[name]!.kind === "number" ? `trunc(sum(${column}) * ${MILLION})` : `sum(${column})`;
    return [`${sum}::text AS "m${n}.sum"`, `count(${column})::text AS "m${n}.count"`];
  });
  const by = [...keys, ...currencies];
  const names = groups.flatMap(({ field: { target } }, n) =>
    target ? [`${nameBeside(target, `i.g${n}`, who, bind)} AS "g${n}.name"`] : [],
  );
  return `SELECT ${["i.*", ...names].join(", ")} FROM (
      SELECT ${[...by, "count(*)::text AS count", ...numbers].join(", ")} FROM ${table} t${joins.sql} WHERE ${condition}
      ${by.length ? `GROUP BY ${by.map((_, n) => n + 1).join(", ")}` : ""}
    ) i ${keys.length ? `ORDER BY ${keys.map((_, n) => `i.g${n}`).join(", ")}` : ""} LIMIT ${MOST_ROWS + 1}`;
}

/** The fields that are added up; the row calls them by their places (`m0.sum`), as Postgres would cut long names. */
const addedBy = ({ sum, average }: AggregateQuery): string[] => [...new Set([...sum, ...average])];

const CASTS: Partial<Record<FieldKind, string>> = { reference: "::uuid", boolean: "::boolean" };

/** Custom fields stand in a table of their own, which is joined once for each. */
class Joins {
  private readonly aliases = new Map<string, string>();

  get sql(): string {
    const one = ([key, alias]: [string, string]) =>
      ` LEFT JOIN custom_value ${alias} ON ${alias}.record_id = t.id AND ${alias}.field = '${key}' AND ${alias}.n = 0`;
    return [...this.aliases].map(one).join("");
  }

  column(field: Field): string {
    return field.custom ? `${this.alias(field.custom.key)}.${customColumn(field)}` : `t.${columnOf(field)}`;
  }

  currency(field: Field): string {
    return field.custom ? `${this.alias(field.custom.key)}.currency` : `t.${field.column}_currency`;
  }

  private alias(key: string): string {
    const alias = this.aliases.get(key) ?? `a${this.aliases.size}`;
    this.aliases.set(key, alias);
    return alias;
  }
}

function keySql({ field, unit }: GroupKey, joins: Joins, timeZone: string, bind: Bind): string {
  const column = joins.column(field);
  if (!unit) return field.custom ? `${column}${CASTS[field.kind] ?? ""}` : column;
  const instant = field.custom ? `${column}::timestamptz` : column;
  const local =
    field.kind === "date" ? `${column}::timestamp` : `${instant} AT TIME ZONE ${bind(zoneInSql(timeZone))}::text`;
  return `to_char(${local}, '${UNITS[unit]}')`;
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Puts the rows of the statement together.
 *
 * @throws Malformed `aggregate.too-many-groups`
 */
export function aggregateOf(fields: FieldMap, query: AggregateQuery, rows: readonly Row[]): Aggregate {
  const groups = new Map<string, { group: Group["group"]; tally: Tally }>();
  const total = new Tally(fields, query);
  for (const row of rows) {
    const key = JSON.stringify(query.groups.map((_, n) => row[`g${n}`]));
    let found = groups.get(key);
    if (!found) groups.set(key, (found = { group: groupOf(query, row), tally: new Tally(fields, query) }));
    found.tally.add(row);
    total.add(row);
  }
  if (groups.size > MOST_GROUPS || rows.length > MOST_ROWS)
    throw new Malformed(
      "aggregate.too-many-groups",
      `There are more than ${MOST_GROUPS} groups: group by less, or by longer periods, or filter.`,
    );
  const data = query.groups.length ? [...groups.values()] : [];
  return { data: data.map(({ group, tally }) => ({ group, ...tally.numbers() })), total: total.numbers() };
}

function groupOf({ groups }: AggregateQuery, row: Row): Group["group"] {
  const entries = groups.flatMap(({ key, field: { target } }, n) => [
    [key, row[`g${n}`] ?? null] as const,
    ...(target ? [[besideName(key), row[`g${n}.name`] ?? null] as const] : []),
  ]);
  return Object.fromEntries(entries) as Group["group"];
}

/** Whole units and how many records have any, of one field in one currency (none of an integer). Of numbers millionths. */
interface Added {
  sum: bigint;
  count: bigint;
}

/** What the rows of one group come to. */
class Tally {
  private count = 0;
  private readonly added = new Map<string, Map<string | null, Added>>();

  constructor(
    private readonly fields: FieldMap,
    private readonly query: AggregateQuery,
  ) {
    for (const name of addedBy(query)) this.added.set(name, new Map());
  }

  add(row: Row): void {
    this.count += Number(row["count"]);
    for (const [n, byCurrency] of [...this.added.values()].entries()) {
      const count = BigInt(row[`m${n}.count`] as string);
      if (count === 0n) continue;
      const currency = (row[`m${n}.currency`] ?? null) as string | null;
      const before = byCurrency.get(currency) ?? { sum: 0n, count: 0n };
      const sum = before.sum + BigInt(row[`m${n}.sum`] as string);
      byCurrency.set(currency, { sum, count: before.count + count });
    }
  }

  numbers(): Numbers {
    const unit = (name: string) => (this.fields[name]!.kind === "number" ? MILLION : 1);
    const each = <T>(
      names: readonly string[],
      money: (one: Added) => bigint,
      plain: (one: Added | undefined, unit: number) => T,
    ) =>
      Object.fromEntries(
        names.map((name) => {
          const byCurrency = this.added.get(name)!;
          if (this.fields[name]!.kind !== "money") return [name, plain(byCurrency.get(null), unit(name))];
          const sorted = [...byCurrency].sort(([one], [other]) => (one! < other! ? -1 : 1));
          return [name, sorted.map(([currency, one]) => toMoney(money(one), currency)!)];
        }),
      ) as Record<string, T | Money[]>;
    const { sum, average } = this.query;
    return {
      count: this.count,
      sum: each(
        sum,
        (one) => one.sum,
        (one, unit) => Number(one?.sum ?? 0n) / unit,
      ),
      average: each(average, rounded, averageOf),
    };
  }
}

const averageOf = (one: Added | undefined, unit: number) =>
  one ? Number((Number(one.sum) / unit / Number(one.count)).toFixed(4)) : null;

/** To the smallest unit, half of one away from zero. */
function rounded({ sum, count }: Added): bigint {
  const half = sum < 0n ? -count : count;
  return (2n * sum + half) / (2n * count);
}
