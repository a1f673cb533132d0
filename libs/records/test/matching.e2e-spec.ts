import type { Database } from "@kehu/database";
import { BLIND_KINDS } from "@kehu/personal-data";
import { testDatabase, type TestDatabase } from "@kehu/testing";
import fc from "fast-check";
import { Values } from "../src/caller-sql.ts";
import { boolean, choice, day, fields, instant, integer, list, money, reference, text, USERS } from "../src/field.ts";
import { filterSql, operatorsOf, type Filter } from "../src/filter.ts";
import { wordsOf, type Keyword } from "../src/keywords.ts";
import { matcherOf, type RecordState } from "../src/matching.ts";
import { toMinor } from "../src/money.ts";

const FIELDS = fields({
  name: text("Name", "名称"),
  stage: choice("Stage", "阶段", ["new", "won"]),
  count: integer("Count", "数量"),
  amount: money("Amount", "金额"),
  closedOn: day("Closed on", "关闭日期"),
  closedAt: instant("Closed at", "关闭时间"),
  active: boolean("Active", "有效"),
  userId: reference("User", "用户", USERS),
  tags: list("Tags", "标签"),
});
const NAMES = Object.keys(FIELDS).filter((name) => FIELDS[name]!.filterable && name !== "id" && !name.endsWith("At"));
const ASKED = [...NAMES, "closedAt"].filter((name) => !["ownerId", "version"].includes(name));

const TEXTS = [
  "华星科技",
  "华星",
  "星",
  "HUAXING",
  "huáxīng",
  "ΟΔΟΣ",
  "οδος",
  "İstanbul",
  "Straße",
  "a%c",
  "a_c",
  "\\",
  "𠮷野家",
  "👍",
  "～",
  "ｚ９",
  "it's",
  "ナ",
  "z",
  "Z",
];
/** Full-width letters are plain ones, and no letter has a meaning of its own. */
const TYPED = [
  "华",
  "华星",
  "星华",
  "ＨＵＡ",
  "xīng",
  "new",
  "7",
  "wonz",
  "%",
  "_",
  "\\",
  "'",
  "οδ",
  "𠮷",
  "ﾅ",
  "～z",
].flatMap(wordsOf);
const IDS = ["0199c1a0-0000-7000-8000-00000000000a", "0199c1a0-0000-7000-8000-00000000000b"];
const DAYS = ["0001-01-01", "2024-02-29", "2026-11-26", "2026-11-27", "2026-12-01", "9999-12-31"];
const INSTANTS = [
  "2026-11-26T15:59:59.999Z",
  "2026-11-26T16:00:00.000Z",
  "2026-11-27T16:00:00.000Z",
  "2025-12-31T23:59:59.999Z",
];
const MONEY = [
  { amount: "15.00", currency: "CNY" },
  { amount: "-0.01", currency: "CNY" },
  { amount: "1500", currency: "JPY" },
  { amount: "1.500", currency: "KWD" },
  { amount: "22700.00", currency: "USD" },
];
const PERIODS = [
  "today",
  "yesterday",
  "tomorrow",
  "-7d",
  "1d",
  "thisWeek",
  "lastMonth",
  "thisMonth",
  "nextQuarter",
  "lastYear",
  "thisYear",
];
const OPTIONS = { currency: "CNY", timeZone: "Asia/Shanghai", country: "CN", now: new Date("2026-11-26T16:30:00Z") };

const RECORDS = 80;
const TREES = 10_000;
const AT_ONCE = 100;

const maybe = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { freq: 4 });
const record = fc.record({
  name: maybe(TEXTS),
  stage: maybe(["new", "won"]),
  count: maybe([-1, 0, 7, 2_147_483_647]),
  amount: maybe(MONEY),
  closedOn: maybe(DAYS),
  closedAt: maybe(INSTANTS),
  active: maybe([true, false]),
  userId: maybe(IDS),
  tags: fc.subarray(["红", "red", "blue"]),
});

const VALUES: Readonly<Record<string, readonly string[]>> = {
  name: [...TEXTS, "%", "_", "HUÁ", "istanbul", "οδοσ"],
  stage: ["new", "won", "gone"],
  count: ["-1", "0", "8", "999999999999"],
  amount: ["15.00", "-0.01", "22700", "1500.00"],
  closedOn: [...DAYS, ...PERIODS],
  closedAt: [...DAYS, ...INSTANTS, ...PERIODS, "2026-11-27T00:00:00+08:00", "2026-11-26T15:59:59.999499Z"],
  active: ["true", "false"],
  userId: [...IDS, IDS[0]!.toUpperCase()],
  tags: ["红", "red", "green"],
};

const condition: fc.Arbitrary<Filter> = fc.constantFrom(...ASKED).chain((field) =>
  fc.constantFrom(...operatorsOf(FIELDS[field]!)).chain((op) => {
    const one = fc.constantFrom(...VALUES[field]!);
    const value =
      op === "isNull"
        ? fc.boolean()
        : op === "in" || op === "nin"
          ? fc.array(one, { minLength: 1, maxLength: 3 })
          : one;
    return value.map((wanted): Filter => ({ field, op, value: wanted }));
  }),
);
/** What `q` makes of what somebody types, with the index and without. */
const keywords: fc.Arbitrary<Filter> = fc.record({
  words: fc.array(fc.constantFrom(...TYPED), { minLength: 1, maxLength: 2 }),
  by: fc.constantFrom<Keyword[]>(["name"], ["name", "count"], [["name", "stage"], "count"]),
  index: fc.constantFrom<Keyword[] | null>(null, [["name", "stage"], "count", "name"]),
});
const { tree } = fc.letrec<{ tree: Filter }>((again) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    condition,
    keywords,
    fc.record({ and: fc.array(again("tree"), { maxLength: 3 }) }),
    fc.record({ or: fc.array(again("tree"), { maxLength: 3 }) }),
    fc.record({ not: again("tree") }),
  ),
}));

const TABLE = (
  rows: string,
) => `(SELECT * FROM json_to_recordset(${rows}) AS r (n integer, name text, stage text, count integer,
  amount_minor bigint, closed_on date, closed_at timestamptz, active boolean, user_id uuid, tags text[])) t`;

const rowOf = (one: RecordState, n: number) => {
  const amount = one["amount"] as (typeof MONEY)[number] | null;
  return {
    ...one,
    n,
    amount_minor: amount && String(toMinor(amount.amount, amount.currency)),
    closed_on: one["closedOn"],
    closed_at: one["closedAt"],
    user_id: one["userId"],
  };
};

describe("what a filter says of rows and of records in memory", () => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await testDatabase("customer");
    database = test.open("customer");
  });
  afterAll(() => test.close());

  it("asks by every field that can be filtered and is not encrypted", () => {
    expect([...ASKED].sort()).toEqual(Object.keys(VALUES).sort());
    expect(Object.values(FIELDS).filter(({ blind }) => blind && BLIND_KINDS.includes(blind))).toEqual([]);
  });

  it(`is the same for ${TREES} random trees over random records`, async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: RECORDS, maxLength: RECORDS }),
        fc.array(tree, { minLength: AT_ONCE, maxLength: AT_ONCE }),
        async (records, trees) => {
          const values = new Values();
          const from = TABLE(values.bind(JSON.stringify(records.map(rowOf))));
          const columns = trees.map((one, n) => `${filterSql(FIELDS, one, values.bind, OPTIONS)} AS "${n}"`);
          const rows = await database.queryOnce(`SELECT ${columns.join(", ")} FROM ${from} ORDER BY t.n`, values.list);
          for (const [n, one] of trees.entries()) {
            const holds = matcherOf(FIELDS, one, OPTIONS);
            const said = records.map((state) => holds(state));
            expect({ tree: one, said }).toEqual({ tree: one, said: rows.map((row) => row[String(n)]) });
            found += said.filter(Boolean).length;
          }
        },
      ),
      { numRuns: TREES / AT_ONCE, endOnFailure: true },
    );
    // Neither says always the same.
    expect(found).toBeGreaterThan(RECORDS * TREES * 0.1);
    expect(found).toBeLessThan(RECORDS * TREES * 0.9);
  });
});
