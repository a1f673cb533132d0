import { USERS } from "./field.ts";
import {
  ADDRESS_PARTS,
  boolean,
  choice,
  day,
  email,
  fields,
  instant,
  integer,
  json,
  list,
  longText,
  money,
  phone,
  reference,
  text,
} from "./fields.ts";
import { filterSql } from "./filter-sql.ts";
import { operatorsOf, parseFilter, type Filter } from "./filter.ts";
import { OPERATORS, type Operator } from "./filter-values.ts";
import { Values } from "./caller-sql.ts";

type Refused = [field: string, op: Operator, value: unknown, expected: string];
const each = (field: string, op: Operator, values: unknown[], expected: string): Refused[] =>
  values.map((value) => [field, op, value, expected]);
const DEAL = fields({
  name: text("Name", "名称", { required: true }),
  note: longText("Note", "备注"),
  stage: choice("Stage", "阶段", ["new", "won"]),
  count: integer("Count", "数量"),
  amount: money("Amount", "金额"),
  closedOn: day("Closed on", "关闭日期"),
  closedAt: instant("Closed at", "关闭时间"),
  active: boolean("Active", "有效"),
  userId: reference("User", "用户", USERS),
  tags: list("Tags", "标签"),
  email: email(),
  phone: phone({ shown: false }),
  ...ADDRESS_PARTS,
  lines: json("Lines", "明细", { type: "array" }),
});
const SETTINGS = { currency: "JPY", timeZone: "Asia/Tokyo", country: "JP", now: new Date("2026-11-26T16:00:00Z") };
const ID = "0199c1a0-0000-7000-8000-00000000000A";

const sqlOf = (input: unknown) => {
  const values = new Values();
  const sql = filterSql(DEAL, parseFilter(DEAL, input), values.bind, SETTINGS);
  return { sql, values: values.list };
};
const refusalOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};
const nested = (levels: number): unknown =>
  levels === 1 ? { field: "name", value: "x" } : { not: nested(levels - 1) };

describe("operatorsOf", () => {
  const ORDERED = ["eq", "ne", "in", "nin", "gt", "gte", "lt", "lte", "isNull"];
  const NAMED = ["eq", "ne", "in", "nin", "isNull"];
  const ASKED = ["eq", "in", "isNull"];
  it.each<[string, readonly string[]]>([
    ["name", OPERATORS],
    ["note", OPERATORS],
    ["count", ORDERED],
    ["amount", ORDERED],
    ["closedOn", ORDERED],
    ["closedAt", ORDERED],
    ["stage", NAMED],
    ["id", NAMED],
    ["userId", NAMED],
    ["active", ["eq", "ne", "isNull"]],
    ["tags", ASKED],
    ["email", ASKED],
    ["phone", ASKED],
    ["emailDomain", ["eq", "in"]],
    ["phoneEnding", ["eq", "in"]],
  ])("%s takes %j, and parseFilter no other", (name, allowed) => {
    expect(operatorsOf(DEAL[name]!)).toEqual(allowed);
    const code = DEAL[name]!.personal ? "field.encrypted" : "filter.unknown-operator";
    for (const op of OPERATORS) {
      const refusal = refusalOf(() => parseFilter(DEAL, { field: name, op, value: "x" }));
      if (allowed.includes(op)) expect(refusal).toBeUndefined();
      else expect(refusal).toMatchObject({ status: 400, code, members: { allowed } });
    }
  });
});

describe("parseFilter", () => {
  it("takes eq where no operator is given, and keeps a tree as it is", () => {
    expect(parseFilter(DEAL, { field: "name", value: "x" })).toEqual({ field: "name", op: "eq", value: "x" });
    const tree: Filter = {
      and: [
        { or: [{ field: "stage", op: "in", value: ["won"] }, { not: { field: "count", op: "gt", value: 3 } }] },
        { field: "email", op: "isNull", value: false },
      ],
    };
    expect(parseFilter(DEAL, tree)).toEqual(tree);
  });

  it.each<[string, unknown]>([
    ["null", null],
    ["a list", []],
    ["a text", "name"],
    ["an empty object", {}],
    ["a condition without a value", { field: "name", op: "eq" }],
    ["a condition with more", { field: "name", value: "x", scope: "all" }],
    ["and beside or", { and: [], or: [] }],
    ["and that is no list", { and: { field: "name", value: "x" } }],
    ["or that is no list", { or: "name" }],
    ["not of a list", { not: [] }],
    ["a fault further in", { and: [{ or: [{ not: null }] }] }],
    ["11 levels", nested(11)],
    ["101 conditions, those that join counted", { or: Array(100).fill({ field: "name", value: "x" }) }],
  ])("refuses %s", (_what, input) => {
    expect(refusalOf(() => parseFilter(DEAL, input))).toMatchObject({ status: 400, code: "filter.invalid" });
  });

  it("takes 10 levels, and 100 conditions", () => {
    expect(parseFilter(DEAL, nested(10))).toEqual(
      JSON.parse(JSON.stringify(nested(10)).replace('"value"', '"op":"eq","value"')),
    );
    const wide = { or: Array(99).fill({ field: "name", op: "eq", value: "x" }) as Filter[] };
    expect(parseFilter(DEAL, wide)).toEqual(wide);
  });

  it.each(["nothing", "lines", "amount_minor", "toString", "__proto__", "name) OR (true", 7, null])(
    "refuses the field %j and lists those that there are",
    (field) => {
      const refusal = refusalOf(() => parseFilter(DEAL, { field, value: "x" }));
      const allowed = Object.keys(DEAL).filter((name) => name !== "lines" && name !== "externalIds");
      expect(refusal).toMatchObject({ status: 400, code: "filter.unknown-field", members: { allowed } });
    },
  );

  it.each(["like", "EQ", "toString", "", 1, null, ["eq"]])("refuses the operator %j", (op) => {
    const refusal = refusalOf(() => parseFilter(DEAL, { field: "name", op, value: "x" }));
    expect(refusal).toMatchObject({ status: 400, code: "filter.unknown-operator", members: { allowed: OPERATORS } });
  });
});

describe("filterSql", () => {
  it.each<[string, Operator, unknown, string, unknown[]]>([
    ["name", "eq", "x", "t.name = $1::text", ["x"]],
    ["name", "ne", "x", "t.name IS DISTINCT FROM $1::text", ["x"]],
    ["name", "in", "x,y", "t.name = ANY($1::text[])", [["x", "y"]]],
    ["name", "nin", ["x,y"], "NOT coalesce(t.name = ANY($1::text[]), false)", [["x,y"]]],
    ["name", "gt", "x", 't.name COLLATE "C" > $1::text', ["x"]],
    ["name", "gte", "x", 't.name COLLATE "C" >= $1::text', ["x"]],
    ["name", "lt", "x", 't.name COLLATE "C" < $1::text', ["x"]],
    ["name", "lte", "x", 't.name COLLATE "C" <= $1::text', ["x"]],
    ["name", "contains", "50%_\\", "t.name ILIKE $1", ["%50\\%\\_\\\\%"]],
    ["name", "startsWith", "50%_\\", "t.name ILIKE $1", ["50\\%\\_\\\\%"]],
    ["name", "isNull", "true", "t.name IS NULL", []],
    ["name", "isNull", false, "t.name IS NOT NULL", []],
    ["count", "eq", -3, "t.count = $1::bigint", ["-3"]],
    ["amount", "gte", "1500", "(t.amount_minor >= $1::bigint AND t.amount_currency = $2::text)", ["1500", "JPY"]],
    [
      "amount",
      "in",
      "1,EUR 2,3",
      "(t.amount_minor = ANY($1::bigint[]) AND t.amount_currency = $2::text) OR (t.amount_minor = ANY($3::bigint[]) AND t.amount_currency = $4::text)",
      [["1", "3"], "JPY", ["200"], "EUR"],
    ],
    ["active", "eq", "false", "t.active = $1::boolean", [false]],
    ["active", "ne", true, "t.active IS DISTINCT FROM $1::boolean", [true]],
    ["userId", "in", [ID], "t.user_id = ANY($1::uuid[])", [[ID.toLowerCase()]]],
    ["stage", "nin", "won", "NOT coalesce(t.stage = ANY($1::text[]), false)", [["won"]]],
    ["tags", "eq", "a,b", "t.tags && $1::text[] AND t.tags <> '{}'", [["a,b"]]],
    ["tags", "in", "a,b", "t.tags && $1::text[] AND t.tags <> '{}'", [["a", "b"]]],
    ["tags", "isNull", true, "cardinality(t.tags) = 0", []],
    ["tags", "isNull", "false", "cardinality(t.tags) > 0", []],
  ])("compiles %s %s %j", (field, op, value, sql, values) => {
    expect(sqlOf({ field, op, value })).toEqual({ sql: `(${sql})`, values });
  });

  it("joins conditions; no condition is true with and, false with or", () => {
    const one = { field: "name", op: "isNull", value: true };
    const two = { field: "stage", value: "won" };
    expect(sqlOf({ and: [{ or: [one, two] }, { not: one }] })).toEqual({
      sql: "(((t.name IS NULL) OR (t.stage = $1::text)) AND (NOT (t.name IS NULL)))",
      values: ["won"],
    });
    expect(sqlOf({ and: [] }).sql).toBe("true");
    expect(sqlOf({ not: { or: [] } }).sql).toBe("(NOT false)");
  });

  it.each<Refused>([
    ["name", "eq", "", "a value; an empty one is found by isNull"],
    ["name", "eq", null, "a value; an empty one is found by isNull"],
    ["name", "eq", { $ne: "" }, "a value; an empty one is found by isNull"],
    ["name", "eq", ["x"], "a value; an empty one is found by isNull"],
    ["name", "in", "x,,y", "a value; an empty one is found by isNull"],
    ["name", "in", [], "a list of 1 to 200 values"],
    ["name", "in", 7, "a list of 1 to 200 values"],
    ["tags", "in", [], "a list of 1 to 200 values"],
    ["name", "isNull", "yes", "true or false"],
    ["tags", "isNull", 1, "true or false"],
    ["active", "eq", "1", "true or false"],
    ...each("count", "eq", ["1.5", "0x10", "1e2", " 1", "1234567890123456", 1.5, "Infinity"], "a whole number"),
    ...each(
      "amount",
      "eq",
      ["1.5", "1,000", "99999999999999999999"],
      "an amount in JPY such as 1230, or with its currency: JPY 1230",
    ),
    ["userId", "eq", "me", "an id (UUID)"],
    ["userId", "in", [ID, "0199c1a0"], "an id (UUID)"],
  ])("refuses %s %s %j and names the field", (field, op, value, expected) => {
    expect(refusalOf(() => sqlOf({ field, op, value }))).toMatchObject({
      status: 400,
      code: "filter.invalid-value",
      members: { errors: [{ field, code: "filter.invalid-value", message: `Expected: ${expected}.` }] },
    });
  });

  it("takes a list of 200 values and none of 201", () => {
    expect(sqlOf({ field: "name", op: "in", value: Array(200).fill("x") }).values).toEqual([Array(200).fill("x")]);
    const tooMany = refusalOf(() => sqlOf({ field: "name", op: "nin", value: Array(201).fill("x") }));
    expect(tooMany).toMatchObject({ members: { errors: [{ message: "Expected: a list of 1 to 200 values." }] } });
  });
});
