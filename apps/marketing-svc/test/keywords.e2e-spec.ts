import {
  anAdministrator,
  anOwner,
  everything,
  startService,
  testDatabase,
  type TestCaller,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";
import { randomUUID } from "node:crypto";

describe("GET /v1/campaigns and /v1/campaign-members with q", () => {
  const admin = anAdministrator();
  let database: TestDatabase;
  let service: TestService;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    database = await testDatabase("marketing");
    service = await startService(
      { name: "marketing", schema: "marketing" },
      () => import("../src/app.module.ts"),
      database,
    );
    const make = async (key: string, resource: string, body: object) => {
      ids[key] = (await service.request<{ id: string }>(admin, "POST", `/v1/${resource}`, { body })).body.id;
    };
    await make("spring", "campaigns", { name: "春季 Webinar", goal: "100% new customers" });
    await make("webinar", "campaigns", { name: "Webinar" });
    await make("wei", "campaign-members", { campaignId: ids["spring"], name: "伟 王" });
    await make("becki", "campaign-members", { campaignId: ids["spring"], name: "Becki Tucker" });
  });
  afterAll(async () => {
    await service.close();
    await database.close();
  });

  const ask = (resource: string, q: string, as: TestCaller = admin) =>
    service.request<{ data: { id: string }[] }>(as, "GET", `/v1/${resource}?q=${encodeURIComponent(q)}`);
  const found = async (resource: string, q: string, as?: TestCaller) =>
    (await ask(resource, q, as)).body.data.map(({ id }) => Object.keys(ids).find((key) => ids[key] === id));

  it.each([
    ["campaigns", "春季", ["spring"]],
    ["campaigns", "季", ["spring"]],
    ["campaigns", "customers 春季", ["spring"]],
    ["campaigns", "ｗｅｂ", ["webinar", "spring"]],
    ["campaigns", "%", ["spring"]],
    ["campaigns", "_", []],
    ["campaign-members", "王 伟", ["wei"]],
    ["campaign-members", "tucker", ["becki"]],
    ["campaign-members", "Tucker Becki", ["becki"]],
  ])("%s by %s: %j", async (resource, q, expected) => {
    expect(await found(resource, q)).toEqual(expected);
  });

  it("A07 stays within the caller's scope", async () => {
    expect(await found("campaigns", "webinar", anOwner())).toEqual([]);
    expect(await found("campaign-members", "becki", anOwner())).toEqual([]);
  });

  it("A08 finds nothing by what is hidden from the caller", async () => {
    const rules = { "marketing.campaign": { goal: "hidden" } } as const;
    const someone: TestCaller = { id: randomUUID(), grants: everything("all"), fieldRules: rules };
    expect(await found("campaigns", "customers", someone)).toEqual([]);
    expect(await found("campaigns", "webinar", someone)).toEqual(["webinar", "spring"]);
  });

  it.each(["consents", "suppressions"])("is no parameter of %s", async (resource) => {
    expect(await ask(resource, "x")).toMatchObject({ status: 400, body: { code: "query.invalid" } });
    const search = { body: { q: "x" } };
    expect(await service.request(admin, "POST", `/v1/${resource}/search`, search)).toMatchObject({
      status: 400,
      body: { code: "query.invalid" },
    });
  });
});
