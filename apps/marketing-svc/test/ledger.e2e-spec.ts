import {
  anAdministrator,
  anOwner,
  eventually,
  everything,
  publish,
  startService,
  testDatabase,
  type TestCaller,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";
import { randomUUID } from "node:crypto";

interface EntryView {
  id: string;
  [field: string]: unknown;
}

describe("the ledger", () => {
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

  const aPerson = async (ownerId: string | null = null) => {
    const personId = randomUUID();
    await publish(database, "customer.contact.created", { id: randomUUID(), personId, ownerId });
    await eventually(async () => {
      const { rows } = await database.admin.query("SELECT 1 FROM marketing.contact_copy WHERE person_id = $1", [
        personId,
      ]);
      expect(rows).toHaveLength(1);
    });
    return personId;
  };
  const post = (path: string, body: object, as = admin) =>
    service.request<EntryView>(as, "POST", `/v1/${path}`, { body });

  describe("POST /v1/consents", () => {
    it("adds entries as long as they say something new", async () => {
      const personId = await aPerson();
      const granted = await post("consents", { personId, channel: "email", state: "granted", basis: "art. 6(1)(a)" });
      expect(granted).toMatchObject({
        status: 201,
        body: { purpose: "marketing", source: "manual", state: "granted" },
      });
      expect(await post("consents", { personId, channel: "email", state: "granted" })).toMatchObject({
        status: 409,
        body: { code: "consent.illegal-transition", allowed: ["withdrawn", "expired"] },
      });
      expect(await post("consents", { personId, channel: "sms", state: "pending" })).toMatchObject({ status: 201 });
      expect(
        await post("consents", { personId, channel: "email", purpose: "events", state: "withdrawn" }),
      ).toMatchObject({ status: 201 });
      expect(await post("consents", { personId, channel: "email", state: "withdrawn" })).toMatchObject({ status: 201 });
      const { body } = await service.request(admin, "GET", `/v1/consents?filter[personId]=${personId}&count=exact`);
      expect(body).toMatchObject({ page: { total: 4 } });
    });

    it("lets one of ten equal ones through", async () => {
      const personId = await aPerson();
      const send = () => post("consents", { personId, channel: "phone", state: "granted" });
      const answers = await Promise.all(Array.from({ length: 10 }, send));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
    });

    it("knows no strangers", async () => {
      const answer = await post("consents", { personId: randomUUID(), channel: "email", state: "granted" });
      expect(answer).toMatchObject({ status: 422, body: { code: "reference.not-yet-known" } });
    });
  });

  describe("POST /v1/consents/bulk", () => {
    it("lets imports take consent back, not give it, and nobody change an entry", async () => {
      const personId = await aPerson();
      const data = (state: string, id: string) => ({
        personId,
        channel: "email",
        state,
        externalIds: [{ system: "zoho", id }],
      });
      const upsert = (state: string, id: string) => ({ op: "upsert", matchBy: "externalId", data: data(state, id) });
      const bulk = (operations: object[]) =>
        service.request<{ results: { outcome: string; id: string; errors: { code: string }[] }[] }>(
          admin,
          "POST",
          "/v1/consents/bulk",
          {
            body: { operations, origin: "import" },
          },
        );
      const outcomes = async (operations: object[]) =>
        (await bulk(operations)).body.results.map(({ outcome, errors }) => [outcome, errors[0]?.code]);
      const unique = randomUUID();
      expect(await outcomes([upsert("granted", "g"), upsert("withdrawn", unique)])).toEqual([
        ["failed", "consent.import-cannot-raise"],
        ["created", undefined],
      ]);
      expect(await outcomes([upsert("withdrawn", unique), upsert("expired", unique)])).toEqual([
        ["unchanged", undefined],
        ["failed", "ledger.append-only"],
      ]);
    });
  });

  describe("POST /v1/suppressions", () => {
    it("adds one per person and channel", async () => {
      const personId = await aPerson();
      const send = () => post("suppressions", { personId, channel: "email", reason: "complaint" });
      const answers = await Promise.all(Array.from({ length: 10 }, send));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
      expect(await post("suppressions", { personId, channel: "sms", reason: "manual" })).toMatchObject({ status: 201 });
    });
  });

  describe.each([
    ["consents", { state: "granted" }],
    ["suppressions", { reason: "legal" }],
  ])("/v1/%s", (path, what) => {
    it("has no way to change, delete or restore an entry", async () => {
      const personId = await aPerson();
      const { body } = await post(path, { personId, channel: "email", ...what });
      for (const [method, rest] of [
        ["PATCH", ""],
        ["DELETE", ""],
        ["POST", "/restore"],
        ["POST", "/owner"],
      ] as const) {
        const { status } = await service.request(admin, method, `/v1/${path}/${body.id}${rest}`, {
          body: { channel: "sms" },
        });
        expect([404, 405]).toContain(status);
      }
      const update = { op: "update", id: body.id, data: { personId, channel: "sms", ...what } };
      const { body: bulk } = await post(`${path}/bulk`, { operations: [update] });
      expect(bulk).toMatchObject({ results: [{ outcome: "failed", errors: [{ code: "ledger.append-only" }] }] });
      expect(await service.request(admin, "GET", `/v1/${path}/${body.id}`)).toMatchObject({
        body: { channel: "email", version: 1 },
      });
    });

    describe("A03 somebody out of the caller's reach", () => {
      const ask = async (personId: string, as: TestCaller) => {
        const one = await post(path, { personId, channel: "email", ...what }, as);
        const operations = [{ op: "create", data: { personId, channel: "email", ...what } }];
        const many = await post(`${path}/bulk`, { operations }, as);
        return [one, many].map(({ status, body }) => JSON.stringify([status, { ...body, traceId: "", instance: "" }]));
      };

      it("is as unknown as nobody, whatever is noted of him", async () => {
        const [known, noted] = [await aPerson(randomUUID()), await aPerson(randomUUID())];
        expect((await post(path, { personId: noted, channel: "email", ...what })).status).toBe(201);
        const absent = await ask(randomUUID(), anOwner());
        expect(absent[0]).toContain('[422,{"type"');
        expect(absent[0]).toContain("reference.not-yet-known");
        expect(absent[1]).toContain("reference.not-yet-known");
        const { "customer.contact.read": _contacts, "sales.lead.read": _leads, ...grants } = everything("all");
        for (const stranger of [anOwner(), { id: randomUUID(), grants }])
          for (const personId of [known, noted]) expect(await ask(personId, stranger)).toEqual(absent);
        const { body } = await service.request(admin, "GET", `/v1/${path}?filter[personId]=${known}&count=exact`);
        expect(body).toMatchObject({ page: { total: 0 } });
      });

      it("is known to who reaches him as a member of a campaign", async () => {
        const personId = await aPerson(randomUUID());
        const { rows } = await database.admin.query<{ id: string }>(
          "SELECT id FROM marketing.contact_copy WHERE person_id = $1",
          [personId],
        );
        const { body: campaign } = await post("campaigns", { name: "Spring" });
        const member = { campaignId: campaign.id, contactId: rows[0]!.id };
        const { body: made } = await post("campaign-members", member);
        const { "customer.contact.read": _contacts, "sales.lead.read": _leads, ...grants } = everything("own");
        const colleague = { id: randomUUID(), grants };
        expect(await ask(personId, colleague)).toEqual(await ask(randomUUID(), colleague));
        const path2 = `/v1/campaign-members/${made.id}`;
        await database.admin.query("UPDATE marketing.campaign_member SET owner_id = $1 WHERE id = $2", [
          colleague.id,
          made.id,
        ]);
        expect((await service.request(colleague, "GET", path2)).status).toBe(200);
        expect((await post(path, { personId, channel: "sms", ...what }, colleague)).status).toBe(201);
      });
    });

    it("shows nothing to who may see only his own: everybody heeds it, so nothing of it is one’s own", async () => {
      const narrow = anOwner();
      const personId = await aPerson(narrow.id);
      const made = await post(path, { personId, channel: "post", ...what }, narrow);
      expect(made).toMatchObject({ status: 201, body: { personId } });
      expect((await service.request(narrow, "GET", `/v1/${path}/${made.body.id}`)).status).toBe(200);
      narrow.grants[`marketing.${path.slice(0, -1)}.read`] = "own";
      expect((await service.request(narrow, "GET", `/v1/${path}`)).body).toMatchObject({ data: [] });
      expect((await service.request(narrow, "GET", `/v1/${path}/${made.body.id}`)).status).toBe(404);
    });
  });

  describe("an import", () => {
    it("is not taken back, since entries are neither changed nor removed", async () => {
      const id = randomUUID();
      await database.admin.query(
        `INSERT INTO marketing.import_job (id, resource, caller, owner_id, file_name, bytes, options, status)
         VALUES ($1, 'consents', $2, $3, 'consents.csv', 1, '{}', 'completed')`,
        [id, JSON.stringify({ actorId: admin.id }), admin.id],
      );
      expect(await post(`consents/imports/${id}/rollback`, {})).toMatchObject({
        status: 409,
        body: { code: "import.kept" },
      });
    });
  });
});
