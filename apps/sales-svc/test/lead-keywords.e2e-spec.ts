import { eventually, everything, publish, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startSales, type Sales } from "./sales.ts";

describe("GET /v1/leads?q=", () => {
  let sales: Sales;
  let id: string;

  beforeAll(async () => {
    sales = await startSales();
    await publish(sales.database, "identity.settings.created", { id: randomUUID(), country: "CN" });
    const lead = { firstName: "伟", lastName: "王", email: "Wang.Wei@Huaxing.example", phone: "+86 138 0013 8000" };
    id = (await sales.done("leads", lead)).id;
    await sales.done("leads", { lastName: "王", email: "other@huaxing.example", phone: "+86 138 0013 8001" });
    await eventually(async () => expect(await found("138 0013 8000")).toEqual([id]));
  });
  afterAll(() => sales.close());

  const found = async (q: string, as?: TestCaller) =>
    (await sales.list(`leads?q=${encodeURIComponent(q)}`, as)).data.map((lead) => lead.id);
  const without = (...fields: string[]): TestCaller => ({
    id: randomUUID(),
    grants: everything("all"),
    fieldRules: { "sales.lead": Object.fromEntries(fields.map((field) => [field, "hidden"])) },
  });

  it.each(["王伟", "伟王", "WANG.WEI@huaxing.example", "+86 138 0013 8000", "(+86) 138-0013-8000"])(
    "finds exactly one by %s",
    async (q) => {
      expect(await found(q)).toEqual([id]);
    },
  );

  it.each(["wang.wei@huaxing", "huaxing.example", "0013 8000", "李伟"])("finds nobody by %s", async (q) => {
    expect(await found(q)).toEqual([]);
  });

  it("A08 finds nobody by the one of e-mail and phone that is hidden", async () => {
    expect(await found("wang.wei@huaxing.example", without("email"))).toEqual([]);
    expect(await found("+86 138 0013 8000", without("email"))).toEqual([id]);
    expect(await found("+86 138 0013 8000", without("phone"))).toEqual([]);
    expect(await found("wang.wei@huaxing.example", without("phone"))).toEqual([id]);
  });
});
