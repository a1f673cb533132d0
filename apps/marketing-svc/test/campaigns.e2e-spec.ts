import {
  anAdministrator,
  anOwner,
  startService,
  testDatabase,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";
import { randomUUID } from "node:crypto";

interface CampaignView {
  id: string;
  status: string | null;
  version: number;
  [field: string]: unknown;
}

describe("campaigns", () => {
  const admin = anAdministrator();
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    database = await testDatabase("marketing");
    service = await startService(
      { name: "marketing", schema: "marketing" },
      () => import("../src/app.module.ts"),
      database,
    );
  });

  afterAll(async () => {
    await service.close();
    await database.close();
  });

  const post = (body: object, as = admin) => service.request<CampaignView>(as, "POST", "/v1/campaigns", { body });
  const act = (id: string, verb: string) => service.request<CampaignView>(admin, "POST", `/v1/campaigns/${id}/${verb}`);
  const eventsOf = async (id: string) => {
    const { rows } = await database.admin.query<{ type: string }>(
      "SELECT type FROM marketing.outbox WHERE key = $1 ORDER BY seq",
      [id],
    );
    return rows.map(({ type }) => type);
  };

  describe("POST /v1/campaigns", () => {
    it("takes a name alone", async () => {
      const { status, headers, body } = await post({ name: "春季" });
      expect({ status, etag: headers.get("etag") }).toEqual({ status: 201, etag: '"1"' });
      expect(body).toMatchObject({ name: "春季", status: "draft", budget: null, ownerId: admin.id });
      expect(await eventsOf(body.id)).toEqual(["marketing.campaign.created"]);
    });

    it("keeps money and days to the digit", async () => {
      const { body } = await post({
        name: "Webinar",
        type: "Webinar",
        startsOn: "2026-03-01",
        endsOn: "2026-03-31",
        budget: { amount: "115000", currency: "USD" },
        cost: { amount: "0.10", currency: "USD" },
      });
      const stored = {
        startsOn: "2026-03-01",
        endsOn: "2026-03-31",
        budget: { amount: "115000.00", currency: "USD" },
        cost: { amount: "0.10", currency: "USD" },
      };
      expect(body).toMatchObject(stored);
      const query = "filter[budget][gte]=115000&filter[type]=Webinar&sort=-budget";
      expect((await service.request(admin, "GET", `/v1/campaigns?${query}`)).body).toMatchObject({ data: [stored] });
    });

    it.each([
      [{}, 422, "request.invalid", "name"],
      [{ name: "x", budget: { amount: "1.00", currency: "EUR" } }, 422, "currency.no-rate", "budget.currency"],
      [{ name: "x", budget: { amount: "1.001", currency: "USD" } }, 422, "request.invalid", "budget"],
      [{ name: "x", budget: 5 }, 400, "request.malformed", "budget"],
      [{ name: "x", startsOn: "2026-02-30" }, 422, "request.invalid", "startsOn"],
      [{ name: "x", startsOn: "2026-03-02", endsOn: "2026-03-01" }, 422, "campaign.ends-before-start", "endsOn"],
      [{ name: "x", status: "running" }, 400, "request.malformed", "status"],
      [{ name: "x", parentId: randomUUID() }, 422, "reference.unknown", "parentId"],
    ])("refuses %j with %i %s, naming %s", async (body, status, code, field) => {
      expect(await post(body)).toMatchObject({ status, body: { code, errors: [expect.objectContaining({ field })] } });
    });
  });

  describe("PATCH /v1/campaigns/:id", () => {
    it("refuses an end before the start that is there", async () => {
      const { body } = await post({ name: "x", startsOn: "2026-03-02" });
      const answer = await service.request(admin, "PATCH", `/v1/campaigns/${body.id}`, {
        body: { endsOn: "2026-03-01" },
      });
      expect(answer).toMatchObject({ status: 422, body: { code: "campaign.ends-before-start" } });
      expect(await eventsOf(body.id)).toHaveLength(1);
    });

    it("loses no change of twenty at once", async () => {
      const { body } = await post({ name: "x" });
      const change = (n: number) =>
        service.request(admin, "PATCH", `/v1/campaigns/${body.id}`, { body: { goal: `g${n}` } });
      await Promise.all(Array.from({ length: 20 }, (_, n) => change(n)));
      expect((await service.request<CampaignView>(admin, "GET", `/v1/campaigns/${body.id}`)).body.version).toBe(21);
    });

    it("refuses a circle of parents", async () => {
      const { body: top } = await post({ name: "top" });
      const { body: below } = await post({ name: "below", parentId: top.id });
      expect(below["parentName"]).toBe("top");
      const answer = await service.request(admin, "PATCH", `/v1/campaigns/${top.id}`, { body: { parentId: below.id } });
      expect(answer).toMatchObject({ status: 422, body: { code: "campaign.parent-circle" } });
    });
  });

  describe("POST /v1/campaigns/bulk", () => {
    const move = async (pairs: [id: string, parentId: string][]) => {
      const operations = pairs.map(([id, parentId]) => ({ op: "update", id, data: { parentId } }));
      const { body } = await service.request<{ results: { outcome: string; errors: { code: string }[] }[] }>(
        admin,
        "POST",
        "/v1/campaigns/bulk",
        { body: { operations } },
      );
      return body.results.map(({ outcome, errors }) => errors[0]?.code ?? outcome);
    };
    const some = async (count: number) =>
      Promise.all(Array.from({ length: count }, async () => (await post({ name: "x" })).body.id));

    it("closes no circle of parents", async () => {
      const [a, b] = (await some(2)) as [string, string];
      expect(
        await move([
          [a, b],
          [b, a],
        ]),
      ).toEqual(["updated", "campaign.parent-circle"]);
    });

    it("stacks campaigns ten levels high and no higher", async () => {
      const ids = await some(11);
      const outcomes = await move(ids.slice(1).map((id, n) => [id, ids[n]!]));
      expect(outcomes).toEqual([...Array.from({ length: 9 }, () => "updated"), "campaign.too-deep"]);
    });
  });

  describe("POST /v1/campaigns/:id/launch", () => {
    it("stands in a life with every verb", async () => {
      const { body } = await post({ name: "Life" });
      expect(await act(body.id, "launch")).toMatchObject({
        status: 409,
        body: { code: "campaign.illegal-transition", allowed: ["schedule", "cancel"] },
      });
      for (const [verb, status] of [
        ["schedule", "scheduled"],
        ["launch", "running"],
        ["pause", "paused"],
        ["resume", "running"],
        ["finish", "finished"],
      ] as const) {
        expect(await act(body.id, verb)).toMatchObject({ status: 200, body: { status } });
      }
      expect(await act(body.id, "cancel")).toMatchObject({ status: 409, body: { allowed: [] } });
      expect(await eventsOf(body.id)).toEqual([
        "marketing.campaign.created",
        "marketing.campaign.scheduled",
        "marketing.campaign.launched",
        "marketing.campaign.paused",
        "marketing.campaign.resumed",
        "marketing.campaign.finished",
      ]);
    });
  });

  describe("GET /v1/campaigns", () => {
    it("shows and changes only what is the caller’s own", async () => {
      const [mine, other] = [anOwner(), anOwner()];
      const { body } = await post({ name: "Mine" }, mine);
      expect((await service.request(mine, "GET", "/v1/campaigns")).body).toMatchObject({ data: [{ id: body.id }] });
      expect((await service.request(other, "GET", "/v1/campaigns")).body).toMatchObject({ data: [] });
      expect(await service.request(other, "POST", `/v1/campaigns/${body.id}/schedule`)).toMatchObject({ status: 404 });
      expect(await eventsOf(body.id)).toHaveLength(1);
    });
  });

  describe("POST /v1/campaigns/bulk", () => {
    it("imports any status and none, and nothing the second time", async () => {
      const row = (id: string, status: string | null) => ({
        op: "upsert",
        matchBy: "externalId",
        data: { name: `C${id}`, status, createdAt: "2021-04-25T00:00:00Z", externalIds: [{ system: "zoho", id }] },
      });
      const operations = [row("1", "running"), row("2", null), row("3", "paused"), row("4", "strange")];
      const bulk = () =>
        service.request<{ results: { outcome: string; id: string }[] }>(admin, "POST", "/v1/campaigns/bulk", {
          body: { operations, origin: "import" },
        });
      const { results } = (await bulk()).body;
      expect(results.map(({ outcome }) => outcome)).toEqual(["created", "created", "created", "failed"]);
      expect(await eventsOf(results[0]!.id)).toEqual(["marketing.campaign.created", "marketing.campaign.launched"]);
      const { body } = await service.request<CampaignView>(admin, "GET", `/v1/campaigns/${results[1]!.id}`);
      expect(body).toMatchObject({ status: null, createdAt: "2021-04-25T00:00:00.000Z", version: 1 });
      expect((await bulk()).body.results.map(({ outcome }) => outcome)).toEqual([
        "unchanged",
        "unchanged",
        "unchanged",
        "failed",
      ]);
    });
  });
});
