import { anOwner } from "@kehu/testing";
import { startSales, type Sales } from "./sales.ts";

const USD = (amount: string) => ({ amount, currency: "USD" });

describe("moves of opportunities", () => {
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
});
