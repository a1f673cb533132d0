import { EVENTS, type DomainEvent, type EventType, type OpportunityState } from "@kehu/contracts";
import type { Database } from "@kehu/database";
import {
  anAdministrator,
  anOwner,
  eventually,
  startService,
  testDatabase,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { publish } from "./publish.ts";

interface MetricView {
  metric: string;
  unit: string;
  currency?: string;
  timeZone: string;
  asOf: string;
  rows: Record<string, string | number | null>[];
  total: number | string | null;
}

interface RecordsView {
  data: { id: string; value: string | number | null }[];
  page: { nextCursor: string | null };
}

const NOW = new Date("2026-03-01T00:00:00Z");

/** An event whose record has the state of the contract's example, changed as given. */
function fact(type: EventType, state: object, version = 1): DomainEvent {
  const { concept, example } = EVENTS[type];
  const known = (example as unknown as Record<string, { id: string }>)[concept]!;
  const record = { ...known, id: randomUUID(), ...state };
  return { type, subject: record.id, version, time: NOW, data: { ...example, changed: [], [concept]: record } };
}

const aDeal = (state: Partial<OpportunityState>, version = 1, type: EventType = "sales.opportunity.created") =>
  fact(type, { baseAmount: null, ...state }, version);
const usd = (amount: string) => ({ amount, currency: "USD" });

describe("metrics", () => {
  const admin = anAdministrator();
  const rep = anOwner();
  const closing = {
    closedAt: "2026-01-31T23:30:00.000Z",
    createdAt: "2026-01-01T23:30:00.000Z",
    closedOwnerId: rep.id,
  };
  const won = { ...closing, stageCategory: "won" as const, stage: "Won" };
  let database: TestDatabase;
  let store: Database;
  let analytics: TestService;

  const ask = <B>(path: string, as = admin) => analytics.request<B>(as, "GET", `/v1/metrics/${path}`);
  const metric = async (query: string, as = admin) => (await ask<MetricView>(query, as)).body;
  const total = async (query: string) => (await metric(query)).total;

  beforeAll(async () => {
    database = await testDatabase("analytics");
    store = database.open("analytics");
    analytics = await startService(
      { name: "analytics", schema: "analytics" },
      () => import("../src/app.module.ts"),
      database,
    );
    await publish(store, [
      fact("customer.account.created", { type: "customer", ownerId: admin.id }),
      fact("customer.account.created", { type: "customer", ownerId: admin.id }),
      fact("customer.account.created", { type: "prospect", ownerId: admin.id }),
      fact("customer.account.created", { type: null, ownerId: rep.id }),
      fact("customer.account.deleted", { deletedAt: NOW.toISOString() }, 2),
      aDeal({ ...won, ownerId: rep.id, baseAmount: usd("0.10"), source: "web" }),
      aDeal({ ...won, ownerId: admin.id, baseAmount: usd("0.20"), source: null }),
      aDeal({ ...won, baseAmount: null, closedOwnerId: null, closedAt: "2026-03-01T00:00:00.000Z" }),
      aDeal({ ...closing, stageCategory: "lost", stage: "Lost", baseAmount: usd("5.00") }),
      aDeal({ stageCategory: "open", stage: "Offer", probability: 33, baseAmount: usd("10.01") }),
      aDeal({ stageCategory: "open", stage: "Offer", probability: 33, baseAmount: usd("10.01") }),
    ]);
    await eventually(async () => expect(await total("account-count")).toBe(4));
    await eventually(async () => expect(await total("open-pipeline-count")).toBe(2));
  });

  afterAll(async () => {
    await analytics.close();
    await database.close();
  });

  describe("GET /v1/metrics/:name", () => {
    it("counts what the events said, groups without a value included, and adds up", async () => {
      const { rows, total, unit, timeZone, asOf } = await metric("account-count?groupBy=type");
      expect(rows).toEqual([
        { type: "customer", value: 2 },
        { type: "prospect", value: 1 },
        { type: null, value: 1 },
      ]);
      expect({ total, unit, timeZone, asOf }).toEqual({
        total: 4,
        unit: "count",
        timeZone: "UTC",
        asOf: NOW.toISOString(),
      });
    });

    it("forgets what was purged, and does not count it again when an older event comes late", async () => {
      const before = await total("account-count");
      const id = randomUUID();
      const account = (type: EventType, version: number, state: object = {}) =>
        fact(type, { id, ownerId: admin.id, industry: "secret", ...state }, version);
      const end = { ...account("customer.account.deleted", 3), type: "customer.account.purged", data: { changed: [] } };
      await publish(store, [account("customer.account.created", 1), end, account("customer.account.updated", 2)]);
      const seen = async () =>
        (await database.admin.query("SELECT version FROM analytics.event_store WHERE subject = $1", [id])).rows.length;
      await eventually(async () => expect(await seen()).toBe(3));
      expect(await total("account-count")).toBe(before);
      const { rows } = await database.admin.query(
        `SELECT version, deleted, industry, owner_id FROM analytics.fact_blue WHERE id = $1
         UNION ALL SELECT version, deleted, industry, owner_id FROM analytics.fact_green WHERE id = $1`,
        [id],
      );
      expect(rows).toEqual([{ version: 3, deleted: true, industry: null, owner_id: null }]);
    });

    it("sums money to the cent, by month of closing and by owner at closing", async () => {
      const byMonth = await metric("won-amount?groupBy=month");
      expect(byMonth).toMatchObject({ unit: "money", currency: "USD", total: "0.30" });
      expect(byMonth.rows).toEqual([
        { month: "2026-01", value: "0.30" },
        { month: "2026-03", value: "0.00" },
      ]);
      expect((await metric("won-amount?groupBy=owner")).rows).toEqual([
        { owner: rep.id, ownerName: null, value: "0.30" },
        { owner: null, ownerName: null, value: "0.00" },
      ]);
    });

    it("gives rates with four digits and days with two", async () => {
      expect(await metric("win-rate")).toMatchObject({ unit: "rate", total: "0.7500" });
      expect((await metric("sales-cycle-days")).total).toBe("30.00");
      expect((await metric("win-rate?filter[source]=nowhere")).total).toBeNull();
    });

    it("rounds what is weighted per deal, so that groups add up", async () => {
      expect(await total("weighted-pipeline-amount")).toBe("6.60");
    });

    it("groups every number by each of its dimensions", async () => {
      const catalogue = await analytics.request<{ data: { name: string; dimensions: string[] }[] }>(
        admin,
        "GET",
        "/v1/metrics",
      );
      const paths = catalogue.body.data.flatMap(({ name, dimensions }) =>
        dimensions.map((dimension) => `/v1/metrics/${name}?groupBy=${dimension}`),
      );
      expect(paths).toContain("/v1/metrics/lead-conversion-rate?groupBy=owner");
      const answers = await Promise.all(
        paths.map(async (path) => ({ path, status: (await analytics.request(admin, "GET", path)).status })),
      );
      expect(answers).toEqual(paths.map((path) => ({ path, status: 200 })));
    });

    it("counts only what the caller may see now", async () => {
      expect((await metric("account-count", rep)).total).toBe(1);
      expect((await metric("won-amount", rep)).total).toBe("0.10");
    });

    it("takes conditions on its dimensions and dates", async () => {
      expect(await total("account-count?filter[type][in]=customer,prospect")).toBe(3);
      expect(await total("account-count?filter[createdOn][lt]=2020-01-01")).toBe(0);
      expect(await total("won-count?filter[closedOn][gte]=2026-01-31&filter[closedOn][lt]=2026-02-01")).toBe(2);
    });

    it.each([
      ["nothing", "metric.unknown"],
      ["account-count?groupBy=stage", "metric.unknown-dimension"],
      ["account-count?filter[stage]=x", "filter.unknown-field"],
      ["account-count?limit=1", "query.invalid"],
    ])("refuses %s with 400 %s and says what is allowed", async (query, code) => {
      expect(await ask(query)).toMatchObject({ status: 400, body: { code, allowed: expect.any(Array) as unknown } });
    });
  });

  describe("GET /v1/metrics/:name/records", () => {
    it("lists the records whose values add up to the number", async () => {
      const { body } = await ask<RecordsView>("won-amount/records");
      expect(body.data.map(({ value }) => value).sort()).toEqual(["0.10", "0.20", null]);
    });
  });

  describe("events that come late, twice and in disorder", () => {
    it("give the state of the newest", async () => {
      const id = randomUUID();
      const versions = [1, 2, 3, 4, 5].map((version) =>
        aDeal({ id, stage: `S${version}`, stageCategory: "on_hold" }, version, "sales.opportunity.updated"),
      );
      const shuffled = [4, 1, 5, 3, 2, 5, 1].map((version) => versions[version - 1]!);
      for (const event of shuffled) await publish(store, [event]);
      await eventually(async () => {
        const { rows } = await database.admin.query(
          "SELECT (SELECT stage FROM analytics.fact_blue WHERE id = $1), count(*)::int FROM analytics.event_store WHERE subject = $1",
          [id],
        );
        expect(rows).toEqual([{ stage: "S5", count: 7 }]);
      });
    });
  });

  describe("POST /v1/operations/analytics/rebuild", () => {
    it("gives the same numbers from the first event on, while events go on arriving", async () => {
      const queries = ["account-count?groupBy=type", "won-amount?groupBy=owner", "win-rate", "sales-cycle-days"];
      const before = await Promise.all(queries.map((query) => metric(query)));
      const started = await analytics.request(admin, "POST", "/v1/operations/analytics/rebuild");
      expect(started).toMatchObject({ status: 202, body: { finishedAt: null } });
      await eventually(async () => {
        const { body } = await analytics.request(admin, "GET", "/v1/operations/analytics/rebuild");
        expect(body).toMatchObject({ running: false, eventsRead: 21 });
      });
      const live = await database.admin.query("SELECT live, building FROM analytics.projection");
      expect(live.rows).toEqual([{ live: "fact_green", building: null }]);
      expect(await Promise.all(queries.map((query) => metric(query)))).toEqual(before);
      await publish(store, [fact("customer.account.created", {})]);
      await eventually(async () => expect(await total("account-count")).toBe(5));
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

  describe("in a company that calls its time zone CET", () => {
    it("cuts months when the clock there says so, in summer too", async () => {
      await publish(store, [
        fact("identity.settings.created", { timeZone: "CET" }),
        aDeal({ ...won, closedAt: "2025-07-31T22:30:00.000Z" }),
      ]);
      await eventually(async () =>
        expect(await metric("won-count?groupBy=month&filter[closedOn][lt]=2026-01-01")).toMatchObject({
          timeZone: "CET",
          rows: [{ month: "2025-08", value: 1 }],
        }),
      );
    });
  });
});
