import { anOwner, publish, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startSales, type Sales } from "./sales.ts";

interface Numbers {
  count: number;
  sum: Record<string, unknown>;
  average: Record<string, unknown>;
}

interface Aggregate {
  data: (Numbers & { group: Record<string, unknown> })[];
  total: Numbers;
}

const USD = (amount: string) => ({ amount, currency: "USD" });

describe("GET /v1/opportunities/aggregate", () => {
  let sales: Sales;
  let accountId: string;
  const [li, wang] = [anOwner(), anOwner()];

  const aggregate = async (query: string, as: TestCaller = sales.admin) => {
    const { status, body } = await sales.service.request<Aggregate>(as, "GET", `/v1/opportunities/aggregate?${query}`);
    expect({ status, body }).toMatchObject({ status: 200 });
    return body;
  };
  const refused = async (query: string, as: TestCaller = sales.admin) => {
    const { status, body } = await sales.service.request<{ code: string }>(
      as,
      "GET",
      `/v1/opportunities/aggregate?${query}`,
    );
    return { status, code: body.code };
  };

  beforeAll(async () => {
    sales = await startSales();
    accountId = await sales.known("account");
    await publish(sales.database, "identity.user.activated", { id: li.id, name: "李娜" });
    await publish(sales.database, "identity.user.activated", { id: wang.id, name: "王伟" });
    const deal = (amount: string | null, more: object) => ({
      op: "create",
      data: { name: "Deal", accountId, amount: amount === null ? null : USD(amount), probability: 50, ...more },
    });
    const results = await sales.import("opportunities", [
      deal("0.10", { ownerId: li.id, expectedCloseOn: "2026-01-31", type: "新客户" }),
      deal("0.20", {
        ownerId: li.id,
        expectedCloseOn: "2026-02-01",
        type: "新客户",
        createdAt: "2025-07-31T22:30:00Z",
      }),
      deal("9999999999999.99", { ownerId: li.id, expectedCloseOn: "2025-12-31", probability: 75 }),
      deal(null, { ownerId: wang.id, type: "renewal" }),
      deal("100.01", { ownerId: wang.id, type: "renewal", createdAt: "2026-01-31T20:00:00Z" }),
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(5).fill("created"));
    const gone = await sales.done("opportunities", { name: "Gone", accountId, amount: USD("7.00") });
    await sales.service.request(sales.admin, "DELETE", `/v1/opportunities/${gone.id}`);
  });

  afterAll(() => sales.close());

  it("counts and sums what a list would show, to the cent", async () => {
    expect(await aggregate("sum=amount,probability&average=amount,probability")).toEqual({
      data: [],
      total: {
        count: 5,
        sum: { amount: [USD("10000000000100.30")], probability: 275 },
        average: { amount: [USD("2500000000025.08")], probability: 55 },
      },
    });
  });

  it("groups by fields, with the names of what they refer to; empty ones come last", async () => {
    const { data, total } = await aggregate("groupBy=type,ownerId&sum=amount");
    expect(data.map(({ group, count, sum }) => [group, count, sum["amount"]])).toEqual([
      [{ type: "renewal", ownerId: wang.id, ownerName: "王伟" }, 2, [USD("100.01")]],
      [{ type: "新客户", ownerId: li.id, ownerName: "李娜" }, 2, [USD("0.30")]],
      [{ type: null, ownerId: li.id, ownerName: "李娜" }, 1, [USD("9999999999999.99")]],
    ]);
    expect(total.count).toBe(5);
  });

  it("groups by periods, which begin where the caller is", async () => {
    const byMonth = async (as?: TestCaller) =>
      (await aggregate("groupBy=createdAt.month&filter[createdAt]=2026-01-31T20:00:00Z", as)).data.map(
        ({ group }) => group,
      );
    expect(await byMonth()).toEqual([{ "createdAt.month": "2026-01" }]);
    expect(await byMonth({ ...sales.admin, timeZone: "Asia/Shanghai" })).toEqual([{ "createdAt.month": "2026-02" }]);
    const { data } = await aggregate("groupBy=expectedCloseOn.quarter&filter[expectedCloseOn][isNull]=false");
    expect(data.map(({ group, count }) => [group["expectedCloseOn.quarter"], count])).toEqual([
      ["2025-Q4", 1],
      ["2026-Q1", 2],
    ]);
    const weeks = await aggregate("groupBy=expectedCloseOn.week&filter[expectedCloseOn][gte]=2026-01-01");
    expect(weeks.data.map(({ group }) => group["expectedCloseOn.week"])).toEqual(["2026-W05"]);
  });

  it.each(["Europe/Brussels", "CET", "MET"])("groups by the same days as filters do, in %s", async (timeZone) => {
    const query = "groupBy=createdAt.day&filter[createdAt]=2025-08-01";
    const { data } = await aggregate(query, { ...sales.admin, timeZone });
    expect(data).toMatchObject([{ group: { "createdAt.day": "2025-08-01" }, count: 1 }]);
  });

  it("counts within the caller's reach only", async () => {
    const { data, total } = await aggregate("groupBy=ownerId&sum=amount", li);
    expect(data.map(({ group }) => group["ownerId"])).toEqual([li.id]);
    expect(total).toMatchObject({ count: 3, sum: { amount: [USD("10000000000000.29")] } });
    expect((await aggregate("", anOwner())).total.count).toBe(0);
    expect(await refused("", { id: randomUUID(), grants: {} })).toEqual({ status: 403, code: "permission.denied" });
  });

  it("knows nothing of a field that is hidden from the caller", async () => {
    const clerk = {
      ...sales.admin,
      fieldRules: { "sales.opportunity": { amount: "hidden", type: "hidden" } },
    } as const;
    for (const query of ["sum=amount", "average=baseAmount", "groupBy=type", "filter[type]=renewal"])
      expect((await refused(query, clerk)).status).toBe(400);
    expect((await aggregate("groupBy=stage", clerk)).total.count).toBe(5);
  });

  it.each([
    ["groupBy=colour", "aggregate.unknown-field"],
    ["groupBy=createdAt", "aggregate.unknown-field"],
    ["sum=stage", "aggregate.unknown-field"],
    ["limit=5", "query.invalid"],
    ["filter[amount]=x", "filter.invalid-value"],
  ])("refuses %s with 400 %s", async (query, code) => {
    expect(await refused(query)).toEqual({ status: 400, code });
  });
});
