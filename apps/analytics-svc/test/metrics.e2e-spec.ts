import {
  anAdministrator,
  anOwner,
  eventually,
  startService,
  testDatabase,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";

interface MetricView {
  metric: string;
  unit: string;
  timeZone: string;
  asOf: string;
  rows: Record<string, string | number | null>[];
  total: number | string | null;
}

describe("metrics", () => {
  const admin = anAdministrator();
  const rep = anOwner();
  let database: TestDatabase;
  let customer: TestService;
  let analytics: TestService;

  beforeAll(async () => {
    database = await testDatabase("customer", "analytics");
    customer = await startService(
      { name: "customer", schema: "customer" },
      () => import("../../customer-svc/src/app.module.ts"),
      database,
    );
    analytics = await startService(
      { name: "analytics", schema: "analytics" },
      () => import("../src/app.module.ts"),
      database,
    );
    for (const [type, count] of [
      ["customer", 3],
      ["prospect", 2],
    ] as const) {
      for (let n = 0; n < count; n++)
        await customer.request(admin, "POST", "/v1/accounts", { body: { name: `${type} ${n}`, type } });
    }
    await customer.request(rep, "POST", "/v1/accounts", { body: { name: "我的客户" } });
    await eventually(async () => expect((await metric("account-count")).total).toBe(6));
  });

  afterAll(async () => {
    await analytics.close();
    await customer.close();
    await database.close();
  });

  const metric = async (query: string, as = admin) =>
    (await analytics.request<MetricView>(as, "GET", `/v1/metrics/${query}`)).body;

  describe("GET /v1/metrics/:name", () => {
    it("counts what the events said, groups without a value included, and adds up", async () => {
      const { rows, total, unit, timeZone, asOf } = await metric("account-count?groupBy=type");
      expect(rows).toEqual([
        { type: "customer", value: 3 },
        { type: "prospect", value: 2 },
        { type: null, value: 1 },
      ]);
      expect({ total, unit, timeZone }).toEqual({ total: 6, unit: "count", timeZone: "UTC" });
      expect(Date.parse(asOf)).not.toBeNaN();
    });

    it("counts only what the caller may see", async () => {
      expect((await metric("account-count", rep)).total).toBe(1);
    });

    it("takes conditions on its dimensions and dates", async () => {
      expect((await metric("account-count?filter[type][in]=customer,prospect")).total).toBe(5);
      expect((await metric("account-count?filter[createdOn][lt]=2020-01-01")).total).toBe(0);
    });

    it.each([
      ["nothing", "metric.unknown"],
      ["account-count?groupBy=stage", "metric.unknown-dimension"],
      ["account-count?filter[stage]=x", "filter.unknown-field"],
      ["account-count?limit=1", "query.invalid"],
    ])("refuses %s with 400 %s and says what is allowed", async (query, code) => {
      const answer = await analytics.request(admin, "GET", `/v1/metrics/${query}`);
      expect(answer).toMatchObject({ status: 400, body: { code, allowed: expect.any(Array) } });
    });
  });

  describe("GET /v1/metrics/:name/records", () => {
    it("lists records that add up to the number", async () => {
      const { body } = await analytics.request<{ data: { value: number }[] }>(
        admin,
        "GET",
        "/v1/metrics/account-count/records?filter[type]=customer",
      );
      expect(body.data.map(({ value }) => value)).toEqual([1, 1, 1]);
    });
  });

  describe("POST /v1/operations/analytics/rebuild", () => {
    it("gives the same numbers from the first event on, while events go on arriving", async () => {
      const before = await metric("account-count?groupBy=type");
      const started = await analytics.request(admin, "POST", "/v1/operations/analytics/rebuild");
      expect(started).toMatchObject({ status: 202, body: { finishedAt: null } });
      await eventually(async () => {
        const { body } = await analytics.request(admin, "GET", "/v1/operations/analytics/rebuild");
        expect(body).toMatchObject({ running: false, eventsRead: 6 });
      });
      const live = await database.admin.query("SELECT live, building FROM analytics.projection");
      expect(live.rows).toEqual([{ live: "fact_green", building: null }]);
      expect(await metric("account-count?groupBy=type")).toEqual(before);
      await customer.request(admin, "POST", "/v1/accounts", { body: { name: "After" } });
      await eventually(async () => expect((await metric("account-count")).total).toBe(7));
    });
  });

  describe("GET /v1/freshness", () => {
    it("is level once everything has arrived", async () => {
      await eventually(async () => {
        const { body } = await analytics.request(admin, "GET", "/v1/freshness");
        expect(body).toMatchObject({
          level: true,
          services: [{ service: "analytics", unpublished: 0, lag: 0, parked: 0 }],
        });
      });
    });
  });
});
