import type { Database } from "@kehu/database";
import { testDatabase, type TestDatabase } from "@kehu/testing";
import fc from "fast-check";
import { day, fields, integer, list, text } from "../src/fields.ts";
import { filterSql } from "../src/filter-sql.ts";
import type { Filter } from "../src/filter.ts";
import type { Operator } from "../src/filter-values.ts";
import { afterSql, orderBySql, parseSort, type SortKey, stretchesOf } from "../src/sort.ts";
import { Values } from "../src/caller-sql.ts";

const FIELDS = fields({
  name: text("Name", "名称"),
  count: integer("Count", "数量"),
  rank: integer("Rank", "名次", { neverNull: true }),
  closedOn: day("Closed on", "关闭日期"),
  tags: list("Tags", "标签"),
});
const SETTINGS = { currency: "USD", timeZone: "UTC", country: "US", now: new Date() };

interface Row {
  id: string;
  name: string | null;
  count: number | null;
  rank: number;
  closed_on: string | null;
  tags: string[];
}

const NAMES = ["abc", "ABCD", "a%c", "a_c", "x"];
const DAYS = ["2026-01-01", "2026-01-02", "2026-02-01"];
/** Every combination of values that can be told apart, with and without each. */
const ROWS: Row[] = Array.from({ length: 60 }, (_, i) => ({
  id: `0199c1a0-0000-7000-8000-${String((i * 37) % 60).padStart(12, "0")}`,
  name: [...NAMES, null][i % 6]!,
  count: [null, -1, 0, 7][i % 4]!,
  rank: i % 3,
  closed_on: [...DAYS, null][(i * 3) % 4]!,
  tags: [[], ["red"], ["red", "blue"]][i % 3]!,
}));
const TABLE = `(SELECT * FROM json_to_recordset($1) AS r
  (id uuid, name text, count integer, rank smallint, closed_on date, tags text[])) t`;

/** What the API promises of a condition, without SQL: an empty value equals nothing. */
function holds(filter: Filter, row: Row): boolean {
  if ("and" in filter) return filter.and.every((part) => holds(part, row));
  if ("or" in filter) return filter.or.some((part) => holds(part, row));
  if ("not" in filter) return !holds(filter.not, row);
  if ("words" in filter) throw new Error("Words are looked for in tables that have an index for them.");
  if ("any" in filter) throw new Error("The matcher's test has related records.");
  const { field, op, value } = filter;
  if (field === "tags") {
    if (op === "isNull") return (row.tags.length === 0) === value;
    return ([value].flat() as string[]).some((one) => row.tags.includes(one));
  }
  const has = row[field === "closedOn" ? "closed_on" : (field as "name" | "count" | "rank")];
  if (op === "isNull") return (has === null) === value;
  if (op === "ne" || op === "nin") return has === null || ![value].flat().includes(has);
  if (has === null) return false;
  const against = value as typeof has;
  const lower = String(has).toLowerCase();
  const matches: Partial<Record<Operator, () => boolean>> = {
    eq: () => has === value,
    in: () => (value as unknown[]).includes(has),
    gt: () => has > against,
    gte: () => has >= against,
    lt: () => has < against,
    lte: () => has <= against,
    contains: () => lower.includes(String(value).toLowerCase()),
    startsWith: () => lower.startsWith(String(value).toLowerCase()),
  };
  return matches[op]!();
}

const condition = <T>(field: string, ops: readonly Operator[], one: fc.Arbitrary<T>): fc.Arbitrary<Filter> =>
  fc.oneof(
    fc.record({ field: fc.constant(field), op: fc.constantFrom(...ops), value: one }),
    fc.record({ field: fc.constant(field), op: fc.constant("isNull" as const), value: fc.boolean() }),
    fc.record({
      field: fc.constant(field),
      op: fc.constantFrom(...(field === "tags" ? (["in"] as const) : (["in", "nin"] as const))),
      value: fc.array(one, { minLength: 1, maxLength: 3 }),
    }),
  );
const EQUAL = ["eq", "ne"] as const;
const ORDERED = [...EQUAL, "gt", "gte", "lt", "lte"] as const;
const { tree } = fc.letrec<{ tree: Filter }>((again) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(
      // How texts are ordered is the database's own; that they are is shown by the paging below.
      condition("name", [...EQUAL, "contains", "startsWith"], fc.constantFrom(...NAMES, "%", "_", "b")),
      condition("count", ORDERED, fc.constantFrom(-1, 0, 7, 999_999_999_999)),
      condition("rank", ORDERED, fc.constantFrom(0, 1, 70_000)),
      condition("closedOn", ORDERED, fc.constantFrom(...DAYS)),
      condition("tags", ["eq"], fc.constantFrom("red", "blue", "green")),
    ),
    fc.record({ and: fc.array(again("tree"), { maxLength: 3 }) }),
    fc.record({ or: fc.array(again("tree"), { maxLength: 3 }) }),
    fc.record({ not: again("tree") }),
  ),
}));
const sorts = fc
  .subarray(["name", "count", "rank", "closedOn", "id"], { minLength: 0 })
  .chain((names) => fc.shuffledSubarray(names, { minLength: names.length }))
  .chain((names) => fc.tuple(...names.map((name) => fc.constantFrom(name, `-${name}`))));

describe("lists on Postgres", () => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await testDatabase("customer");
    database = test.open("customer");
  });
  afterAll(() => test.close());

  it("A filter finds what the API promises, empty values and impossible numbers included", async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (filter) => {
        const values = new Values();
        const from = TABLE.replace("$1", values.bind(JSON.stringify(ROWS)));
        const sql = `SELECT t.id FROM ${from} WHERE ${filterSql(FIELDS, filter, values.bind, SETTINGS)}`;
        const found = await database.queryOnce<{ id: string }>(sql, values.list);
        const wanted = ROWS.filter((row) => holds(filter, row));
        expect(found.map(({ id }) => id).sort()).toEqual(wanted.map(({ id }) => id).sort());
      }),
      { numRuns: 300 },
    );
  });

  it("Pages of any order are the whole list, each row once, empty values last", async () => {
    await fc.assert(
      fc.asyncProperty(sorts, fc.integer({ min: 1, max: 25 }), async (names, limit) => {
        const keys = parseSort(FIELDS, names);
        const paged: Record<string, string | null>[] = [];
        for (let place: unknown[] | null = null; ;) {
          const page = await pageAfter(keys, place, limit);
          paged.push(...page);
          const last = page.at(-1);
          if (!last || page.length < limit) break;
          place = keys.map((_, index) => last[`key.${index}`]);
        }
        expect(paged).toEqual(await pageAfter(keys, null, 1_000));
        expect(new Set(paged.map(({ id }) => id)).size).toBe(ROWS.length);
        const first = paged.map((row) => row["key.0"] === null);
        expect(first).toEqual([...first].sort((a, b) => Number(a) - Number(b)));
      }),
      { numRuns: 40 },
    );
  });

  function pageAfter(sort: SortKey[], place: unknown[] | null, limit: number) {
    const { keys } = stretchesOf("deal", sort)[0]!;
    const values = new Values();
    const from = TABLE.replace("$1", values.bind(JSON.stringify(ROWS)));
    const columns = keys.map(({ field }, index) => `t.${field.column}::text AS "key.${index}"`);
    const after = place ? `WHERE ${afterSql(keys, place, values.bind)}` : "";
    return database.queryOnce<Record<string, string | null>>(
      `SELECT t.id, ${columns.join(", ")} FROM ${from} ${after} ORDER BY ${orderBySql(keys)} LIMIT ${limit}`,
      values.list,
    );
  }
});
