import { anOwner } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startSales, type Sales, type View } from "./sales.ts";

describe("leads", () => {
  let sales: Sales;

  beforeAll(async () => {
    sales = await startSales();
  });

  afterAll(() => sales.close());

  const aLead = (data: object = {}, as = sales.admin) => sales.done("leads", { lastName: "王", ...data }, as);

  describe("POST /v1/leads", () => {
    it("takes a last name alone, and gives the lead a person and a status", async () => {
      const lead = await aLead();
      expect(lead).toMatchObject({
        lastName: "王",
        status: "new",
        ownerId: sales.admin.id,
        version: 1,
        convertedAt: null,
      });
      expect(lead["personId"]).toMatch(/^[0-9a-f-]{36}$/);
      expect(await sales.eventsOf(lead.id)).toMatchObject([
        {
          type: "sales.lead.created",
          version: 1,
          data: { lead: { id: lead.id, personId: lead["personId"], status: "new" } },
        },
      ]);
    });

    it("keeps e-mail in lower case and phone in E.164, and finds it by either", async () => {
      const email = `Wang.${randomUUID()}@Huaxing.Example`;
      const lead = await aLead({ email, phone: "(660) 485-0224" });
      expect(lead).toMatchObject({ email: email.toLowerCase(), phone: "+16604850224" });
      for (const filter of [`[email]=${email}`, `[email][in]=x@y.example,${email.toUpperCase()}`]) {
        expect((await sales.list(`leads?filter${filter}`)).data.map(({ id }) => id)).toEqual([lead.id]);
      }
      const byPhone = await sales.list("leads?filter[phone]=660-485-0224&filter[email][isNull]=false");
      expect(byPhone.data.map(({ id }) => id)).toEqual([lead.id]);
      const answer = await sales.service.request(sales.admin, "GET", "/v1/leads?filter[email][contains]=wang");
      expect(answer).toMatchObject({ status: 400, body: { allowed: ["eq", "in", "isNull"] } });
    });

    it.each([
      [{}, 422, "request.invalid", "lastName"],
      [{ lastName: " " }, 422, "request.invalid", "lastName"],
      [{ lastName: "x", email: "no-address" }, 422, "request.invalid", "email"],
      [{ lastName: "x", phone: "12" }, 422, "request.invalid", "phone"],
      [{ lastName: "x", status: "qualified" }, 400, "request.malformed", "status"],
      [{ lastName: "x", personId: randomUUID() }, 400, "request.malformed", "personId"],
    ])("refuses %j with %i %s, naming %s", async (body, status, code, field) => {
      const answer = await sales.post("leads", body);
      expect(answer).toMatchObject({ status, body: { code, errors: [{ field }] } });
    });

    it("refers to a campaign of which it has heard, also by the name that it has elsewhere", async () => {
      const campaign = await sales.known("campaign", { name: "Spring", externalIds: [{ system: "zoho", id: "C-7" }] });
      expect(await aLead({ campaignId: campaign })).toMatchObject({ campaignId: campaign, campaignName: "Spring" });
      const byName = await aLead({ campaignId: { externalId: { system: "zoho", id: "C-7" } } });
      expect(byName["campaignId"]).toBe(campaign);
      const answer = await sales.post("leads", { lastName: "x", campaignId: randomUUID() });
      expect(answer).toMatchObject({
        status: 422,
        body: { code: "reference.not-yet-known", errors: [{ field: "campaignId" }] },
      });
    });
  });

  describe("POST /v1/leads/:id/contact, nurture, qualify, unqualify and recycle", () => {
    it("move the lead through its statuses and leave event and history", async () => {
      const { id } = await aLead();
      await sales.done(`leads/${id}/contact`);
      await sales.done(`leads/${id}/nurture`);
      await sales.done(`leads/${id}/contact`);
      await sales.done(`leads/${id}/qualify`);
      expect(await sales.done(`leads/${id}/unqualify`, { reason: "no budget" })).toMatchObject({
        status: "unqualified",
        unqualifiedReason: "no budget",
      });
      expect(await sales.done(`leads/${id}/recycle`)).toMatchObject({
        status: "new",
        unqualifiedReason: null,
        version: 7,
      });
      const events = await sales.eventsOf(id);
      expect(events.map(({ type, data }) => [type, data["from"], data["reason"]])).toEqual([
        ["sales.lead.created", undefined, undefined],
        ["sales.lead.status-changed", "new", undefined],
        ["sales.lead.status-changed", "contacted", undefined],
        ["sales.lead.status-changed", "nurturing", undefined],
        ["sales.lead.status-changed", "contacted", undefined],
        ["sales.lead.unqualified", "qualified", "no budget"],
        ["sales.lead.recycled", undefined, undefined],
      ]);
      const history = (await sales.list(`leads/${id}/history?limit=2`)).data;
      expect(history).toMatchObject([
        { field: "unqualifiedReason", before: "no budget", after: null },
        { field: "status", before: "unqualified", after: "new" },
      ]);
    });

    it("answer 409 with what is allowed to an illegal move, and change nothing", async () => {
      const { id } = await aLead();
      const answer = await sales.post(`leads/${id}/qualify`);
      expect(answer).toMatchObject({
        status: 409,
        body: { code: "lead.illegal-transition", allowed: ["contact", "nurture", "unqualify", "convert"] },
      });
      expect(await sales.get(`leads/${id}`)).toMatchObject({ status: "new", version: 1 });
      expect(await sales.eventsOf(id)).toHaveLength(1);
    });

    it("ask for a reason", async () => {
      const { id } = await aLead();
      expect(await sales.post(`leads/${id}/unqualify`)).toMatchObject({
        status: 422,
        body: { errors: [{ field: "reason" }] },
      });
    });
  });

  describe("PATCH /v1/leads/:id", () => {
    it("loses no update of 50 at once", async () => {
      const { id } = await aLead();
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) => sales.patch(`leads/${id}`, { company: `C${n}` })),
      );
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      expect((await sales.get(`leads/${id}`)).version).toBe(51);
    });

    it("does not take a status", async () => {
      const { id } = await aLead();
      expect(await sales.patch(`leads/${id}`, { status: "qualified" })).toMatchObject({
        status: 400,
        body: { code: "request.malformed" },
      });
    });
  });

  describe("GET /v1/leads", () => {
    it("shows an owner his own only, and hides the others from every verb", async () => {
      const mine = anOwner();
      const { id } = await aLead({}, mine);
      const other = await aLead();
      expect((await sales.list("leads?count=exact", mine)).page.total).toBe(1);
      expect((await sales.list("leads", mine)).data.map((lead: View) => lead.id)).toEqual([id]);
      for (const verb of ["contact", "convert", "recycle", "restore"]) {
        const answer = await sales.post(`leads/${other.id}/${verb}`, {}, mine);
        expect([verb, answer.status]).toEqual([verb, 404]);
      }
    });
  });

  describe("POST /v1/leads/bulk", () => {
    const row = (id: string, data: object) => ({
      op: "upsert",
      matchBy: "externalId",
      data: { lastName: "Denson", createdAt: "2021-04-15T00:03:00Z", externalIds: [{ system: "zoho", id }], ...data },
    });

    it("imports leads in any status, tells the end of those that ended, and changes nothing the second time", async () => {
      const rows = [
        row("L1", { status: "qualified" }),
        row("L2", { status: "unqualified", unqualifiedReason: "junk" }),
        row("L3", { status: "converted", convertedAt: "2021-05-01T00:00:00Z" }),
        row("L4", { email: "A@B.example", phone: "860-253-6354" }),
      ];
      const first = await sales.import("leads", rows);
      expect(first.map(({ outcome }) => outcome)).toEqual(["created", "created", "created", "created"]);
      const told = await Promise.all(first.map(async ({ id }) => (await sales.eventsOf(id!)).map(({ type }) => type)));
      expect(told).toEqual([
        ["sales.lead.created"],
        ["sales.lead.created", "sales.lead.unqualified"],
        ["sales.lead.created", "sales.lead.converted"],
        ["sales.lead.created"],
      ]);
      expect(await sales.get(`leads/${first[2]!.id}`)).toMatchObject({
        status: "converted",
        convertedAt: "2021-05-01T00:00:00.000Z",
        createdAt: "2021-04-15T00:03:00.000Z",
        ownerId: null,
        version: 2,
      });
      const second = await sales.import("leads", rows);
      expect(second.map(({ outcome }) => outcome)).toEqual(["unchanged", "unchanged", "unchanged", "unchanged"]);
      const third = await sales.import("leads", [row("L1", { status: "contacted" }), row("L3", { status: "new" })]);
      expect(third).toMatchObject([
        { outcome: "updated" },
        { outcome: "failed", errors: [{ code: "lead.converted" }] },
      ]);
      expect((await sales.eventsOf(first[0]!.id!)).at(-1)).toMatchObject({
        type: "sales.lead.status-changed",
        data: { from: "qualified" },
      });
    });

    it("fails a row that does not hang together", async () => {
      const results = await sales.import("leads", [
        row("L5", { status: "lost" }),
        row("L6", { convertedAt: "2021-05-01T00:00:00Z" }),
        row("L7", { status: "converted", convertedAt: "2020-05-01T00:00:00Z" }),
        row("L8", { lastName: undefined }),
      ]);
      expect(results.map(({ outcome, errors }) => [outcome, errors[0]!.code])).toEqual([
        ["failed", "field.vocabulary"],
        ["failed", "lead.not-converted"],
        ["failed", "lead.converted-before-created"],
        ["failed", "field.required"],
      ]);
    });
  });
});
