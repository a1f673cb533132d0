import { anOwner } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startSales, type Sales } from "./sales.ts";

const USD = (amount: string) => ({ amount, currency: "USD" });

describe("opportunities", () => {
  let sales: Sales;
  let accountId: string;
  let contactId: string;

  beforeAll(async () => {
    sales = await startSales();
    [accountId, contactId] = await Promise.all([
      sales.known("account", { name: "华星科技" }),
      sales.known("contact", { firstName: "娜", lastName: "李" }),
    ]);
  });

  afterAll(() => sales.close());

  const aDeal = (data: object = {}, as = sales.admin) =>
    sales.done("opportunities", { name: "CRM 2026", accountId, ...data }, as);

  describe("POST /v1/opportunities", () => {
    it("takes a name and an account, and begins in the first stage of the default pipeline", async () => {
      const deal = await aDeal();
      expect(deal).toMatchObject({
        accountId,
        accountName: "华星科技",
        pipelineName: "Sales",
        stage: "Prospecting",
        stageCategory: "open",
        probability: 10,
        amount: null,
        contacts: [],
        closedAt: null,
        stageSince: deal["createdAt"],
      });
      expect(await sales.eventsOf(deal.id)).toMatchObject([
        { type: "sales.opportunity.created", version: 1, data: { opportunity: { id: deal.id, stage: "Prospecting" } } },
      ]);
    });

    it("takes an amount in the company's currency, a stage, a probability and contacts with roles", async () => {
      const other = await sales.known("contact");
      const contacts = [
        { contactId: other, role: "decides" },
        { contactId, role: null },
      ];
      const deal = await aDeal({
        amount: USD("22700.5" + "0"),
        stage: "Proposal",
        probability: 35,
        contactId,
        contacts,
      });
      expect(deal).toMatchObject({
        amount: USD("22700.50"),
        baseAmount: USD("22700.50"),
        stage: "Proposal",
        probability: 35,
        contactId,
        contactName: "娜 李",
        contacts,
      });
      const found = await sales.list("opportunities?filter[amount][gte]=22700.50&filter[stage]=Proposal&sort=-amount");
      expect(found.data.map(({ id }) => id)).toEqual([deal.id]);
    });

    it("takes references by the names that records have elsewhere", async () => {
      const account = await sales.known("account", { externalIds: [{ system: "erp", id: "A-1" }] });
      const contact = await sales.known("contact", { externalIds: [{ system: "erp", id: "P-1" }] });
      const byName = (id: string) => ({ externalId: { system: "erp", id } });
      expect(await aDeal({ accountId: byName("A-1"), contacts: [{ contactId: byName("P-1") }] })).toMatchObject({
        accountId: account,
        contactId: contact,
        contacts: [{ contactId: contact, role: null }],
      });
    });

    it.each([
      [{ name: "x", accountId: undefined }, 422, "request.invalid", "accountId"],
      [{ name: " " }, 422, "request.invalid", "name"],
      [{ stage: "Nowhere" }, 422, "stage.unknown", "stage"],
      [{ stage: "Won" }, 422, "opportunity.born-closed", "stage"],
      [{ amount: { amount: "1.00", currency: "CNY" } }, 422, "currency.no-rate", "amount.currency"],
      [{ amount: USD("1.001") }, 422, "request.invalid", "amount"],
      [{ amount: USD("-1.00") }, 422, "field.range", "amount.amount"],
      [{ amount: 5 }, 400, "request.malformed", "amount"],
      [{ probability: 101 }, 422, "request.invalid", "probability"],
      [{ expectedCloseOn: "2026-02-30" }, 422, "request.invalid", "expectedCloseOn"],
      [{ closedAt: "2026-01-01T00:00:00Z" }, 400, "request.malformed", "closedAt"],
      [{ contacts: [{}] }, 422, "request.invalid", "contacts.0.contactId"],
      [{ pipelineId: randomUUID() }, 422, "reference.unknown", "pipelineId"],
    ])("refuses %j with %i %s, naming %s", async (data, status, code, field) => {
      const answer = await sales.post("opportunities", { name: "x", accountId, ...data });
      expect(answer).toMatchObject({ status, body: { code, errors: [{ field }] } });
    });

    it("refuses contacts of which it has not heard", async () => {
      const answer = await sales.post("opportunities", {
        name: "x",
        accountId,
        contacts: [{ contactId: randomUUID() }],
      });
      expect(answer).toMatchObject({
        status: 422,
        body: { code: "reference.not-yet-known", errors: [{ field: "contacts.0.contactId" }] },
      });
    });
  });

  describe("PATCH /v1/opportunities/:id", () => {
    it("has the probability follow the stage until someone gives another, and again when that is taken back", async () => {
      const { id } = await aDeal();
      expect(await sales.done(`opportunities/${id}/stage`, { stage: "Proposal" })).toMatchObject({ probability: 50 });
      await sales.patch(`opportunities/${id}`, { probability: 42 });
      expect(await sales.done(`opportunities/${id}/stage`, { stage: "Negotiation" })).toMatchObject({
        probability: 42,
      });
      expect(await sales.patch(`opportunities/${id}`, { probability: null })).toMatchObject({
        body: { probability: 75 },
      });
    });

    it("never demands the account again, and does not take a stage", async () => {
      const { id } = await aDeal();
      expect(await sales.patch(`opportunities/${id}`, { nextStep: "Call" })).toMatchObject({
        status: 200,
        body: { nextStep: "Call", accountId },
      });
      expect(await sales.patch(`opportunities/${id}`, { stage: "Won" })).toMatchObject({ status: 400 });
    });

    it("leaves a closed deal as it is, but for notes", async () => {
      const { id } = await aDeal();
      await sales.done(`opportunities/${id}/lose`, { reason: "price" });
      expect(await sales.patch(`opportunities/${id}`, { amount: USD("1.00") })).toMatchObject({
        status: 409,
        body: { code: "opportunity.closed", allowed: ["reopen"] },
      });
      expect(await sales.patch(`opportunities/${id}`, { nextStep: "Ask again in May" })).toMatchObject({ status: 200 });
    });
  });

  describe("POST /v1/opportunities/:id/stage", () => {
    it("loses no move of 50 at once", async () => {
      const { id } = await aDeal();
      const stages = ["Qualification", "Proposal", "Negotiation", "On Hold", "Prospecting"];
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) => sales.insist(`opportunities/${id}/stage`, { stage: stages[n % 5]! })),
      );
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      const events = await sales.eventsOf(id);
      const states = events.map(({ data }) => (data["opportunity"] as { stage: string }).stage);
      expect(events.map(({ version }) => version)).toEqual(events.map((_, n) => n + 1));
      expect(events.slice(1).map(({ data }) => data["from"])).toEqual(states.slice(0, -1));
      expect(await sales.get(`opportunities/${id}`)).toMatchObject({ version: events.length, stage: states.at(-1) });
      const moves = (await sales.list(`opportunities/${id}/stages`)).data;
      expect(moves.map(({ to }) => to)).toEqual(states);
    });

    it("moves to another pipeline by naming the stage there", async () => {
      const stages = [
        ["A", "open"],
        ["B", "won"],
        ["C", "lost"],
      ].map(([name, category]) => ({ name, category, probability: 1 }));
      const pipeline = await sales.done("pipelines", { name: "Other", stages });
      const { id } = await aDeal();
      expect(
        await sales.post(`opportunities/${id}/stage`, { stage: "Proposal", pipelineId: pipeline.id }),
      ).toMatchObject({ status: 422, body: { allowed: ["A", "B", "C"] } });
      expect(await sales.done(`opportunities/${id}/stage`, { stage: "A", pipelineId: pipeline.id })).toMatchObject({
        stage: "A",
        pipelineName: "Other",
      });
    });

    it("answers 409 with what is allowed where a stage is reached by another verb", async () => {
      const { id } = await aDeal();
      expect(await sales.post(`opportunities/${id}/stage`, { stage: "Won" })).toMatchObject({
        status: 409,
        body: { code: "opportunity.illegal-transition", allowed: ["win"] },
      });
      await sales.done(`opportunities/${id}/lose`, { reason: "price" });
      expect(await sales.post(`opportunities/${id}/stage`, { stage: "Proposal" })).toMatchObject({
        status: 409,
        body: { allowed: ["reopen"] },
      });
    });
  });

  describe("POST /v1/opportunities/:id/win", () => {
    it("closes it with amount, contact, date and owner", async () => {
      const { id } = await aDeal();
      const won = await sales.done(`opportunities/${id}/win`, {
        amount: USD("100.00"),
        contactId,
        closedAt: "2026-01-31T09:00:00Z",
      });
      expect(won).toMatchObject({
        stage: "Won",
        stageCategory: "won",
        probability: 100,
        amount: USD("100.00"),
        contacts: [{ contactId, role: null }],
        closedAt: "2026-01-31T09:00:00.000Z",
        closedOwnerId: sales.admin.id,
      });
      expect((await sales.eventsOf(id)).at(-1)).toMatchObject({
        type: "sales.opportunity.won",
        version: 2,
        data: { from: "Prospecting" },
      });
      expect(await sales.post(`opportunities/${id}/win`)).toMatchObject({ status: 409, body: { allowed: ["reopen"] } });
    });

    it("asks for an amount and a contact", async () => {
      const { id } = await aDeal();
      expect(await sales.post(`opportunities/${id}/win`)).toMatchObject({
        status: 422,
        body: { code: "opportunity.not-winnable", errors: [{ field: "amount" }, { field: "contactId" }] },
      });
      expect(await sales.get(`opportunities/${id}`)).toMatchObject({ stageCategory: "open", version: 1 });
    });
  });

  describe("POST /v1/opportunities/:id/lose and POST /v1/opportunities/:id/reopen", () => {
    it("close it with a reason, and open it again where it stood", async () => {
      const { id } = await aDeal({ stage: "Negotiation" });
      expect(await sales.post(`opportunities/${id}/lose`)).toMatchObject({
        status: 422,
        body: { errors: [{ field: "reason" }] },
      });
      expect(await sales.post(`opportunities/${id}/reopen`, { reason: "x" })).toMatchObject({
        status: 409,
        body: { allowed: ["stage", "win", "lose"] },
      });
      expect(await sales.done(`opportunities/${id}/lose`, { reason: "price" })).toMatchObject({
        stage: "Lost",
        lostReason: "price",
        probability: 0,
        closedOwnerId: sales.admin.id,
      });
      expect(await sales.done(`opportunities/${id}/reopen`, { reason: "new budget" })).toMatchObject({
        stage: "Negotiation",
        probability: 75,
        closedAt: null,
        closedOwnerId: null,
        lostReason: null,
      });
      const events = (await sales.eventsOf(id)).map(({ type, data }) => [type, data["from"], data["reason"]]);
      expect(events.slice(1)).toEqual([
        ["sales.opportunity.lost", "Negotiation", "price"],
        ["sales.opportunity.reopened", "Lost", "new budget"],
      ]);
    });

    it("let nobody reopen without the permission for it", async () => {
      const owner = anOwner();
      const { id } = await aDeal();
      await sales.done(`opportunities/${id}/lose`, { reason: "price" });
      const { "sales.opportunity.reopen": _reopen, ...grants } = sales.admin.grants;
      expect(await sales.post(`opportunities/${id}/reopen`, { reason: "x" }, { ...owner, grants })).toMatchObject({
        status: 403,
      });
    });
  });

  describe("GET /v1/opportunities/:id/stages", () => {
    it("tells every stage, who moved it and how long it stood", async () => {
      const { id } = await aDeal();
      await sales.done(`opportunities/${id}/stage`, { stage: "Proposal" });
      await sales.done(`opportunities/${id}/win`, { amount: USD("1.00"), contactId });
      const by = { type: "user", id: sales.admin.id, name: null };
      expect((await sales.list(`opportunities/${id}/stages`)).data).toMatchObject([
        { from: null, to: "Prospecting", by, dwellSeconds: null },
        { from: "Prospecting", to: "Proposal", by, dwellSeconds: 0 },
        { from: "Proposal", to: "Won", by, dwellSeconds: 0 },
      ]);
    });

    it("hides what is not the caller's", async () => {
      const { id } = await aDeal();
      const answer = await sales.service.request(anOwner(), "GET", `/v1/opportunities/${id}/stages`);
      expect(answer).toMatchObject({ status: 404, body: { code: "not-found" } });
    });
  });

  describe("GET /v1/opportunities", () => {
    it("shows an owner his own only, without the names of what he may not see", async () => {
      const mine = anOwner();
      const lead = await sales.done("leads", { lastName: "王", company: "Huaxing" }, mine);
      await sales.done(`leads/${lead.id}/convert`, { account: null }, mine);
      const { data, page } = await sales.list("opportunities?count=exact", mine);
      expect(page.total).toBe(1);
      expect(data).toMatchObject([{ leadName: "王", pipelineName: null, ownerId: mine.id }]);
    });
  });
});
