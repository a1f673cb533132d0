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

    it("answers the same when written, when sent again with the key, and when read", async () => {
      const send = () =>
        sales.service.request(sales.admin, "POST", "/v1/opportunities", {
          body: {
            name: "CRM 2027",
            accountId,
            amount: USD("9999999999999.99"),
            contactId,
            expectedCloseOn: "2027-03-31",
          },
          headers: { "idempotency-key": "same-by-every-way" },
        });
      const { status, headers, body } = await send();
      expect({ status, body }).toMatchObject({ status: 201, body: { amount: USD("9999999999999.99") } });
      const again = await send();
      expect({ ...again, replayed: again.headers.get("idempotent-replayed") }).toMatchObject({
        body,
        replayed: "true",
      });
      for (const name of ["etag", "location"]) expect(again.headers.get(name)).toBe(headers.get(name));
      const read = await sales.service.request(sales.admin, "GET", headers.get("location")!);
      expect(read.body).toEqual(body);
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

  describe("GET /v1/opportunities", () => {
    it("shows an owner his own only, without the names of what he may not see", async () => {
      const mine = anOwner();
      const lead = await sales.done("leads", { lastName: "王", company: "Huaxing" }, mine);
      await sales.done(`leads/${lead.id}/convert`, { account: null }, mine);
      delete mine.grants["sales.pipeline.read"];
      const { data, page } = await sales.list("opportunities?count=exact", mine);
      expect(page.total).toBe(1);
      expect(data).toMatchObject([{ leadName: "王", pipelineName: null, ownerId: mine.id }]);
    });
  });
});
