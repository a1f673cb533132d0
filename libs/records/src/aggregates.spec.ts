import { groupKeys, measures, parseAggregate } from "./aggregate-query.ts";
import { aggregateOf } from "./aggregates.ts";
import { choice, day, email, fields, instant, integer, list, longText, money, text } from "./fields.ts";

const DEAL = fields({
  name: text("Name", "名称"),
  stage: choice("Stage", "阶段", ["new", "won"]),
  note: longText("Note", "备注"),
  amount: money("Amount", "金额"),
  probability: integer("Probability", "概率"),
  closedOn: day("Closed on", "关闭日期"),
  closedAt: instant("Closed at", "关闭时间"),
  tags: list("Tags", "标签"),
  email: email(),
});

const refusalOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("the query of an aggregate", () => {
  it("groups by what records have in common, by periods of time, and by nothing that is encrypted", () => {
    const keys = groupKeys(DEAL).map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(["name", "stage", "ownerId", "closedOn.week", "closedAt.quarter"]));
    for (const name of ["email", "emailDomain", "tags", "note", "closedAt", "version", "amount", "id"])
      expect(keys).not.toContain(name);
    expect(measures(DEAL)).toEqual(["amount", "probability"]);
  });

  it("names each field once", () => {
    const { groups, sum, average } = parseAggregate(DEAL, {
      groupBy: "stage,closedAt.month,stage",
      sum: "amount,amount",
    });
    expect(groups.map(({ key }) => key)).toEqual(["stage", "closedAt.month"]);
    expect([sum, average]).toEqual([["amount"], []]);
  });

  it.each<[query: Record<string, string>, code: string]>([
    [{ groupBy: "colour" }, "aggregate.unknown-field"],
    [{ groupBy: "closedAt" }, "aggregate.unknown-field"],
    [{ groupBy: "closedAt.hour" }, "aggregate.unknown-field"],
    [{ groupBy: "stage.month" }, "aggregate.unknown-field"],
    [{ groupBy: "email" }, "aggregate.unknown-field"],
    [{ groupBy: "toString" }, "aggregate.unknown-field"],
    [{ groupBy: "name,stage,probability,closedOn.day" }, "aggregate.too-many"],
    [{ groupBy: "" }, "query.invalid"],
    [{ sum: "stage" }, "aggregate.unknown-field"],
    [{ average: "version" }, "aggregate.unknown-field"],
    [{ sort: "stage" }, "query.invalid"],
    [{ q: "王" }, "query.invalid"],
  ])("refuses %j with %s", (query, code) => {
    expect(refusalOf(() => parseAggregate(DEAL, query))).toMatchObject({ status: 400, code });
  });
});

describe("the answer of an aggregate", () => {
  const query = parseAggregate(DEAL, { groupBy: "stage", sum: "amount,probability", average: "amount,probability" });
  const row = (
    stage: string | null,
    currency: string | null,
    count: number,
    sum: string | null,
    probability: string,
  ) => ({
    g0: stage,
    count: String(count),
    "m0.currency": currency,
    "m0.sum": sum,
    "m0.count": sum === null ? "0" : String(count),
    "m1.sum": probability,
    "m1.count": String(count),
  });

  it("adds no amounts of different currencies, and rounds to the smallest unit", () => {
    const rows = [
      row("won", "CNY", 3, "1000", "70"),
      row("won", "JPY", 2, "-3", "30"),
      row("won", null, 1, null, "0"),
      row(null, "CNY", 1, "1", "50"),
    ];
    expect(aggregateOf(DEAL, query, rows)).toEqual({
      data: [
        {
          group: { stage: "won" },
          count: 6,
          sum: {
            amount: [
              { amount: "10.00", currency: "CNY" },
              { amount: "-3", currency: "JPY" },
            ],
            probability: 100,
          },
          average: {
            amount: [
              { amount: "3.33", currency: "CNY" },
              { amount: "-2", currency: "JPY" },
            ],
            probability: 16.6667,
          },
        },
        {
          group: { stage: null },
          count: 1,
          sum: { amount: [{ amount: "0.01", currency: "CNY" }], probability: 50 },
          average: { amount: [{ amount: "0.01", currency: "CNY" }], probability: 50 },
        },
      ],
      total: {
        count: 7,
        sum: {
          amount: [
            { amount: "10.01", currency: "CNY" },
            { amount: "-3", currency: "JPY" },
          ],
          probability: 150,
        },
        average: {
          amount: [
            { amount: "2.50", currency: "CNY" },
            { amount: "-2", currency: "JPY" },
          ],
          probability: 21.4286,
        },
      },
    });
  });

  it("of no records is zero, and no average", () => {
    const all = parseAggregate(DEAL, { sum: "amount,probability", average: "amount,probability" });
    expect(aggregateOf(DEAL, all, [])).toEqual({
      data: [],
      total: { count: 0, sum: { amount: [], probability: 0 }, average: { amount: [], probability: null } },
    });
  });

  it("has a thousand groups, and no more", () => {
    const rows = Array.from({ length: 1_001 }, (_, n) => row(`stage ${n}`, null, 1, null, "0"));
    expect(aggregateOf(DEAL, query, rows.slice(1)).data).toHaveLength(1_000);
    expect(refusalOf(() => aggregateOf(DEAL, query, rows))).toMatchObject({
      status: 400,
      code: "aggregate.too-many-groups",
    });
  });
});
