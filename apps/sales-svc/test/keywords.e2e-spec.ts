import { anOwner, everything, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startSales, type Sales } from "./sales.ts";

describe("GET /v1/leads, /v1/opportunities and /v1/pipelines with q", () => {
  let sales: Sales;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    sales = await startSales();
    const accountId = await sales.known("account");
    const make = async (key: string, resource: string, body: object) => {
      ids[key] = (await sales.done(resource, body)).id;
    };
    await make("wei", "leads", {
      firstName: "伟",
      lastName: "王",
      company: "华星科技",
      website: "https://huaxing.example",
    });
    await make("becki", "leads", { firstName: "Becki", lastName: "Tucker", company: "100%_Wool" });
    await make("huaxing", "leads", { lastName: "Huaxing" });
    await make("deal", "opportunities", { name: "华星 CRM ２０２６", accountId });
    await make("crm", "opportunities", { name: "CRM", accountId });
    const stages = [
      { name: "New", category: "open", probability: 10 },
      { name: "Won", category: "won", probability: 100 },
      { name: "Lost", category: "lost", probability: 0 },
    ];
    await make("pipeline", "pipelines", { name: "渠道 Partners", stages });
  });
  afterAll(() => sales.close());

  const found = async (resource: string, q: string, as?: TestCaller) => {
    const { data } = await sales.list(`${resource}?q=${encodeURIComponent(q)}`, as);
    return data.map(({ id }) => Object.keys(ids).find((key) => ids[key] === id));
  };

  it.each([
    ["leads", "王伟", ["wei"]],
    ["leads", "伟王", ["wei"]],
    ["leads", "王 华星", ["wei"]],
    ["leads", "华", ["wei"]],
    ["leads", "星科", ["wei"]],
    ["leads", "ＢＥＣＫＩ", ["becki"]],
    ["leads", "wool tuck", ["becki"]],
    ["leads", "%_", ["becki"]],
    ["leads", "huaxing", ["huaxing", "wei"]],
    ["leads", "华王", []],
    ["opportunities", "2026 华星", ["deal"]],
    ["opportunities", "crm", ["crm", "deal"]],
    ["opportunities", "%", []],
    ["pipelines", "渠道", ["pipeline"]],
    ["pipelines", "ARTNER", ["pipeline"]],
  ])("%s by %s: %j", async (resource, q, expected) => {
    expect(await found(resource, q)).toEqual(expected);
  });

  it("A07 stays within the caller's scope", async () => {
    expect(await found("leads", "huaxing", anOwner())).toEqual([]);
    expect(await found("opportunities", "crm", anOwner())).toEqual([]);
  });

  it("A08 finds nobody by what is hidden, and him still by the rest", async () => {
    const without = (concept: string, ...fields: string[]): TestCaller => ({
      id: randomUUID(),
      grants: everything("all"),
      fieldRules: { [concept]: Object.fromEntries(fields.map((field) => [field, "hidden"])) },
    });
    expect(await found("leads", "华星", without("sales.lead", "company"))).toEqual([]);
    expect(await found("leads", "huaxing", without("sales.lead", "website"))).toEqual(["huaxing"]);
    expect(await found("leads", "王伟", without("sales.lead", "firstName"))).toEqual([]);
    expect(await found("leads", "华星", without("sales.lead", "firstName"))).toEqual(["wei"]);
    expect(await found("leads", "王 华星", without("sales.lead", "lastName"))).toEqual([]);
  });
});
