import {
  anAdministrator,
  anOwner,
  eventually,
  publish,
  startService,
  testDatabase,
  type TestCaller,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";
import { randomUUID } from "node:crypto";

interface RecordView {
  id: string;
  version: number;
  [field: string]: unknown;
}

interface PageView {
  data: RecordView[];
}

describe("campaign members", () => {
  const admin = anAdministrator();
  let database: TestDatabase;
  let service: TestService;
  let campaignId: string;

  beforeAll(async () => {
    database = await testDatabase("marketing");
    service = await startService(
      { name: "marketing", schema: "marketing" },
      () => import("../src/app.module.ts"),
      database,
    );
    const { body } = await service.request<RecordView>(admin, "POST", "/v1/campaigns", { body: { name: "春季" } });
    campaignId = body.id;
  });

  afterAll(async () => {
    await service.close();
    await database.close();
  });

  const post = (data: object, as: TestCaller = admin) =>
    service.request<RecordView>(as, "POST", "/v1/campaign-members", { body: { campaignId, ...data } });
  const reach = (id: string, status: string, headers = {}) =>
    service.request<RecordView>(admin, "POST", `/v1/campaign-members/${id}/status`, { body: { status }, headers });
  const aLead = async (state: object = {}) => {
    const lead = { id: randomUUID(), personId: randomUUID() };
    await publish(database, "sales.lead.created", { ...lead, ...state });
    await eventually(async () => {
      const { rows } = await database.admin.query("SELECT 1 FROM marketing.lead_copy WHERE id = $1", [lead.id]);
      expect(rows).toHaveLength(1);
    });
    return lead;
  };
  const listOf = async (path: string, personId: string) =>
    (await service.request<PageView>(admin, "GET", `/v1/${path}?filter[personId]=${personId}`)).body.data;
  const eventsOf = async (id: string) => {
    const { rows } = await database.admin.query<{ type: string }>(
      "SELECT type FROM marketing.outbox WHERE key = $1 ORDER BY seq",
      [id],
    );
    return rows.map(({ type }) => type);
  };

  describe("POST /v1/campaign-members", () => {
    it("takes a lead, and shows who it is", async () => {
      const lead = await aLead({ firstName: "伟", lastName: "王" });
      const { status, body } = await post({ leadId: lead.id });
      expect({ status, body }).toMatchObject({
        status: 201,
        body: { leadId: lead.id, leadName: "伟 王", personId: lead.personId, campaignName: "春季", status: "planned" },
      });
      expect(await eventsOf(body.id)).toEqual(["marketing.campaign-member.created"]);
    });

    it("takes a name alone", async () => {
      expect(await post({ name: "Gemmill" })).toMatchObject({ status: 201, body: { name: "Gemmill", personId: null } });
    });

    it.each([
      [{}, 422, "campaign-member.nobody"],
      [{ campaignId: randomUUID(), name: "x" }, 422, "reference.unknown"],
      [{ campaignId: undefined, name: "x" }, 422, "request.invalid"],
      [{ name: "x", status: "opened" }, 400, "request.malformed"],
    ])("refuses %j with %i %s", async (data, status, code) => {
      expect(await post(data)).toMatchObject({ status, body: { code } });
    });

    it("says that a lead is not known yet", async () => {
      const answer = await post({ leadId: randomUUID() });
      expect(answer).toMatchObject({ status: 422, body: { code: "reference.not-yet-known" } });
    });
  });

  describe("POST /v1/campaign-members/:id/status", () => {
    it("goes forward, and never back", async () => {
      const { body } = await post({ name: "x" });
      expect(await reach(body.id, "sent")).toMatchObject({ status: 200, body: { status: "sent", version: 2 } });
      expect(await reach(body.id, "opened")).toMatchObject({ status: 200, body: { status: "opened" } });
      expect(await reach(body.id, "opened")).toMatchObject({ status: 200, body: { version: 3 } });
      expect(await reach(body.id, "sent")).toMatchObject({
        status: 409,
        body: { code: "campaign-member.illegal-transition", allowed: expect.arrayContaining(["clicked", "opted_out"]) },
      });
      expect(await reach(body.id, "lost")).toMatchObject({ status: 422 });
      expect((await eventsOf(body.id)).slice(1)).toEqual(Array(2).fill("marketing.campaign-member.status-changed"));
    });

    it("withdraws consent once when the person opts out, of one campaign or of five at once", async () => {
      const lead = await aLead();
      const members = await Promise.all(Array.from({ length: 5 }, () => post({ leadId: lead.id })));
      expect(members.filter(({ status }) => status !== 201).map(({ body }) => body)).toEqual([]);
      const answers = await Promise.all(members.map(({ body }) => reach(body.id, "opted_out")));
      expect(answers.filter(({ status }) => status !== 200).map(({ body }) => body)).toEqual([]);
      const entries = await listOf("consents", lead.personId);
      expect(entries).toMatchObject([
        { channel: "email", purpose: "marketing", state: "withdrawn", source: "campaign-member", ownerId: admin.id },
      ]);
      expect(await eventsOf(entries[0]!.id)).toEqual(["marketing.consent.created"]);
      expect(await listOf("suppressions", lead.personId)).toEqual([]);
    });

    it("withdraws again after the person consented again", async () => {
      const lead = await aLead();
      await reach((await post({ leadId: lead.id })).body.id, "opted_out");
      for (const state of ["pending", "granted"]) {
        const body = { personId: lead.personId.toUpperCase(), channel: "email", state, proof: "form 7" };
        expect(await service.request(admin, "POST", "/v1/consents", { body })).toMatchObject({ status: 201 });
      }
      await reach((await post({ leadId: lead.id })).body.id, "opted_out");
      const states = (await listOf("consents", lead.personId)).map(({ state }) => state);
      expect(states).toEqual(["withdrawn", "granted", "pending", "withdrawn"]);
    });

    it("suppresses the address once when mail bounces", async () => {
      const lead = await aLead();
      for (const status of ["bounced", "bounced"]) await reach((await post({ leadId: lead.id })).body.id, status);
      expect(await listOf("suppressions", lead.personId)).toMatchObject([{ channel: "email", reason: "hard_bounce" }]);
      expect(await listOf("consents", lead.personId)).toEqual([]);
    });

    it("notes nothing about a person who is not known, until he is", async () => {
      const count =
        "SELECT (SELECT count(*) FROM marketing.consent) + (SELECT count(*) FROM marketing.suppression) AS n";
      const before = await database.admin.query(count);
      const { body } = await post({ name: "x" });
      await reach(body.id, "opted_out");
      expect((await database.admin.query(count)).rows).toEqual(before.rows);
      const lead = await aLead();
      const answer = await service.request(admin, "PATCH", `/v1/campaign-members/${body.id}`, {
        body: { leadId: lead.id },
      });
      expect(answer).toMatchObject({ status: 200, body: { personId: lead.personId } });
      expect(await listOf("consents", lead.personId)).toMatchObject([{ state: "withdrawn" }]);
    });

    it("notes what is said of a person whom the caller does not reach himself", async () => {
      const importer = anOwner();
      const lead = await aLead({ ownerId: randomUUID() });
      const colleague = randomUUID();
      await publish(database, "identity.user.updated", { id: colleague, name: "colleague" });
      const { body: campaign } = await service.request<RecordView>(importer, "POST", "/v1/campaigns", {
        body: { name: "Own" },
      });
      const { body } = await post({ leadId: lead.id });
      await database.admin.query("UPDATE marketing.campaign_member SET owner_id = $1 WHERE id = $2", [
        importer.id,
        body.id,
      ]);
      const data = { campaignId: campaign.id, status: "opted_out", ownerId: colleague };
      const operations = [{ op: "update", id: body.id, data }];
      const answer = await service.request<{ results: object[] }>(importer, "POST", "/v1/campaign-members/bulk", {
        body: { operations, origin: "import" },
      });
      expect(answer.body.results).toMatchObject([{ outcome: "updated" }]);
      expect((await service.request(importer, "GET", `/v1/campaign-members/${body.id}`)).status).toBe(404);
      expect(await listOf("consents", lead.personId)).toMatchObject([{ state: "withdrawn" }]);
    });

    it("leaves no entry behind when the change itself is refused", async () => {
      const lead = await aLead();
      const { body } = await post({ leadId: lead.id });
      expect(await reach(body.id, "opted_out", { "if-match": '"7"' })).toMatchObject({ status: 412 });
      expect(await listOf("consents", lead.personId)).toEqual([]);
    });
  });

  describe("POST /v1/campaign-members/bulk", () => {
    it("imports statuses with one entry per person, and nothing the second time", async () => {
      const [first, second] = [await aLead(), await aLead()];
      const row = (id: string, data: object) => ({
        op: "upsert",
        matchBy: "externalId",
        data: { campaignId, statusAt: "2021-03-02T08:00:00Z", externalIds: [{ system: "zoho", id }], ...data },
      });
      const operations = [
        row("m1", { leadId: first.id, status: "opted_out" }),
        row("m2", { leadId: first.id, status: "opted_out" }),
        row("m3", { leadId: second.id, status: "bounced" }),
        row("m4", { name: "Ambiguous", status: "bounced" }),
        row("m5", { name: "Planned", status: "planned" }),
        row("m6", {
          campaignId: { externalId: { system: "zoho", id: "none" } },
          leadId: second.id,
          status: "opted_out",
        }),
      ];
      const bulk = () =>
        service.request<{ results: { outcome: string; id: string }[] }>(admin, "POST", "/v1/campaign-members/bulk", {
          body: { operations, origin: "import" },
        });
      const { results } = (await bulk()).body;
      expect(results.map(({ outcome }) => outcome)).toEqual([...Array<string>(5).fill("created"), "failed"]);
      const check = async () => {
        expect(await listOf("consents", first.personId)).toMatchObject([
          { state: "withdrawn", decidedAt: "2021-03-02T08:00:00.000Z", ownerId: null },
        ]);
        expect(await listOf("suppressions", second.personId)).toHaveLength(1);
        expect(await listOf("consents", second.personId)).toEqual([]);
      };
      await check();
      expect((await bulk()).body.results.map(({ outcome }) => outcome)).toEqual([
        ...Array<string>(5).fill("unchanged"),
        "failed",
      ]);
      await check();
      const { rows } = await database.admin.query<{ origin: string }>(
        `SELECT payload::json->>'origin' AS origin FROM marketing.outbox o JOIN marketing.consent c ON o.key = c.id::text WHERE c.person_id = $1`,
        [first.personId],
      );
      expect(rows).toEqual([{ origin: "import" }]);
    });
  });

  describe("GET /v1/campaign-members", () => {
    it("shows only what is the caller’s own, and names only whom he may see", async () => {
      const mine = anOwner();
      const campaign = await service.request<RecordView>(mine, "POST", "/v1/campaigns", { body: { name: "Mine" } });
      const lead = await aLead({ ownerId: mine.id });
      const hidden = await aLead({ ownerId: randomUUID() });
      const { body } = await post({ campaignId: campaign.body.id, leadId: lead.id }, mine);
      const refused = await post({ campaignId: campaign.body.id, leadId: hidden.id }, mine);
      expect(refused).toMatchObject({ status: 422 });
      expect(
        (await service.request<PageView>(mine, "GET", "/v1/campaign-members")).body.data.map(({ id }) => id),
      ).toEqual([body.id]);
      expect((await service.request(anOwner(), "GET", "/v1/campaign-members")).body).toMatchObject({ data: [] });
    });
  });

  describe("copies of leads and contacts", () => {
    it("keep the newest state, whatever comes twice or late", async () => {
      const { id, personId } = await aLead({ lastName: "旧" });
      const event = randomUUID();
      await publish(database, "sales.lead.converted", { id, personId, firstName: null, lastName: "新" }, 5, event);
      await publish(database, "sales.lead.converted", { id, personId, firstName: null, lastName: "新" }, 5, event);
      await publish(database, "sales.lead.updated", { id, personId, lastName: "中" }, 3);
      await eventually(async () => {
        const { rows } = await database.admin.query("SELECT name, version FROM marketing.lead_copy WHERE id = $1", [
          id,
        ]);
        expect(rows).toEqual([{ name: "新", version: 5 }]);
      });
      const contactId = randomUUID();
      await publish(database, "customer.contact.created", { id: contactId, personId });
      const { body } = await post({ leadId: id, contactId });
      expect(body).toMatchObject({ leadName: "新", personId });
      const other = randomUUID();
      await publish(database, "customer.contact.created", { id: other, personId: randomUUID() });
      expect(await post({ leadId: id, contactId: other })).toMatchObject({
        status: 422,
        body: { code: "campaign-member.two-persons" },
      });
    });
  });
});
