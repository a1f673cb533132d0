import { anOwner, eventually, publish } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startSales, type Sales } from "./sales.ts";

const LEAD = { firstName: "伟", lastName: "王", company: "华星科技", industry: "technology", source: "web" };

describe("POST /v1/leads/:id/convert", () => {
  let sales: Sales;

  beforeAll(async () => {
    sales = await startSales();
  });

  afterAll(() => sales.close());

  const aLead = (data: object = {}, as = sales.admin) => sales.done("leads", { ...LEAD, ...data }, as);
  const told = async (id: string) => (await sales.eventsOf(id)).at(-1)!;
  const counts = async () => {
    const { rows } = await sales.database.admin.query<Record<string, string>>(
      `SELECT (SELECT count(*) FROM sales.opportunity) AS deals, (SELECT count(*) FROM sales.account_copy) AS accounts,
        (SELECT count(*) FROM sales.contact_copy) AS contacts, (SELECT count(*) FROM sales.outbox) AS events`,
    );
    return rows[0]!;
  };

  it("makes account, contact and opportunity, and tells customer-svc what to create", async () => {
    const lead = await aLead({ email: "wang@huaxing.example", phone: "+8613800138000" });
    const amount = { amount: "22700.00", currency: "USD" };
    const body = { opportunity: { name: "华星 CRM", amount, expectedCloseOn: "2027-03-31" } };
    const converted = await sales.done(`leads/${lead.id}/convert`, body);
    const {
      convertedAccountId: accountId,
      convertedContactId: contactId,
      convertedOpportunityId: dealId,
    } = converted as unknown as Record<string, string>;
    expect(converted).toMatchObject({
      status: "converted",
      version: 2,
      personId: lead["personId"],
      convertedAccountName: "华星科技",
      convertedContactName: "伟 王",
      convertedOpportunityName: "华星 CRM",
    });
    expect(await told(lead.id)).toMatchObject({
      type: "sales.lead.converted",
      version: 2,
      data: {
        account: { id: accountId, name: "华星科技", industry: "technology", website: null },
        contact: {
          id: contactId,
          personId: lead["personId"],
          firstName: "伟",
          lastName: "王",
          email: "wang@huaxing.example",
          phone: "+8613800138000",
          source: "web",
          accountId,
        },
        lead: { status: "converted", convertedOpportunityId: dealId },
      },
    });
    expect(await sales.get(`opportunities/${dealId!}`)).toMatchObject({
      name: "华星 CRM",
      amount,
      accountId,
      accountName: "华星科技",
      contactId,
      contacts: [{ contactId, role: null }],
      leadId: lead.id,
      leadName: "伟 王",
      stage: "Prospecting",
      source: "web",
      ownerId: lead.ownerId,
    });
    expect((await sales.eventsOf(dealId!)).map(({ type }) => type)).toEqual(["sales.opportunity.created"]);
  });

  it("has its first word about the account replaced by the first event of customer-svc", async () => {
    const lead = await aLead();
    const { convertedAccountId: id } = (await sales.done(`leads/${lead.id}/convert`)) as unknown as Record<
      string,
      string
    >;
    await publish(sales.database, "customer.account.created", { id: id!, name: "Huaxing", ownerId: sales.admin.id });
    await eventually(async () => (await sales.get(`leads/${lead.id}`))["convertedAccountName"] === "Huaxing");
  });

  it("joins account, contact and opportunity that are there", async () => {
    const lead = await aLead();
    const [account, contact, other] = [
      await sales.known("account"),
      await sales.known("contact"),
      await sales.known("contact"),
    ];
    const deal = await sales.done("opportunities", { name: "Renewal", accountId: account, contactId: other });
    const body = { account: { id: account }, contact: { id: contact }, opportunity: { id: deal.id } };
    expect(await sales.done(`leads/${lead.id}/convert`, body)).toMatchObject({
      convertedAccountId: account,
      convertedContactId: contact,
      convertedOpportunityId: deal.id,
    });
    expect((await told(lead.id)).data).toMatchObject({ account: null, contact: null });
    expect(await sales.get(`opportunities/${deal.id}`)).toMatchObject({
      leadId: lead.id,
      contactId: other,
      contacts: [
        { contactId: other, role: null },
        { contactId: contact, role: null },
      ],
      version: 2,
    });
    expect(await told(deal.id)).toMatchObject({
      type: "sales.opportunity.updated",
      data: { changed: ["contacts", "leadId"] },
    });
  });

  it("makes a contact alone of a person without a company, where nobody wants an opportunity", async () => {
    const lead = await aLead({ company: null });
    const converted = await sales.done(`leads/${lead.id}/convert`, { opportunity: null });
    expect(converted).toMatchObject({ convertedAccountId: null, convertedOpportunityId: null });
    expect(converted["convertedContactId"]).not.toBeNull();
  });

  it("answers 409 to a second one, whatever it asks for", async () => {
    const lead = await aLead();
    await sales.done(`leads/${lead.id}/convert`);
    const before = await counts();
    expect(await sales.post(`leads/${lead.id}/convert`, { opportunity: { stage: "Nowhere" } })).toMatchObject({
      status: 409,
      body: { code: "lead.illegal-transition", allowed: [] },
    });
    expect(await counts()).toEqual(before);
  });

  it("has one effect when sent 100 times at once", async () => {
    const lead = await aLead();
    const before = await counts();
    const answers = await Promise.all(Array.from({ length: 100 }, () => sales.insist(`leads/${lead.id}/convert`)));
    const statuses = answers.map(({ status }) => status);
    expect([
      statuses.filter((status) => status === 200).length,
      statuses.filter((status) => status === 409).length,
    ]).toEqual([1, 99]);
    const after = await counts();
    const more = Object.entries(after).map(([name, count]) => [name, Number(count) - Number(before[name])]);
    expect(Object.fromEntries(more)).toEqual({ deals: 1, accounts: 1, contacts: 1, events: 2 });
  });

  it("answers the same again for one Idempotency-Key", async () => {
    const lead = await aLead();
    const headers = { "idempotency-key": randomUUID() };
    const first = await sales.post(`leads/${lead.id}/convert`, {}, sales.admin, headers);
    const second = await sales.post(`leads/${lead.id}/convert`, {}, sales.admin, headers);
    expect([first.status, second.status, second.headers.get("idempotent-replayed")]).toEqual([200, 200, "true"]);
    expect(second.body).toEqual(first.body);
  });

  it.each([
    [{ account: { id: randomUUID() } }, 422, "reference.not-yet-known", "account.id"],
    [{ opportunity: { id: randomUUID() } }, 422, "reference.unknown", "opportunity.id"],
    [{ account: {} }, 422, "request.invalid", "account.name"],
    [{ opportunity: { name: "x", stage: "Nowhere" } }, 422, "stage.unknown", "stage"],
    [{ opportunity: { amount: { amount: "1.00", currency: "EUR" } } }, 422, "currency.no-rate", "amount.currency"],
    [{ opportunity: { name: 5 } }, 400, "request.malformed", "opportunity.name"],
    [{ contact: {} }, 422, "request.invalid", "contact.id"],
  ])("refuses %j with %i %s, and nothing is left of it", async (body, status, code, field) => {
    const lead = await aLead();
    const before = await counts();
    expect(await sales.post(`leads/${lead.id}/convert`, body)).toMatchObject({
      status,
      body: { code, errors: [{ field }] },
    });
    expect(await counts()).toEqual(before);
    expect(await sales.get(`leads/${lead.id}`)).toMatchObject({ status: "new", version: 1 });
  });

  it("does not reach what is not the caller's", async () => {
    const mine = anOwner();
    const lead = await aLead({}, mine);
    const [account] = [await sales.known("account")];
    const deal = await sales.done("opportunities", { name: "Not his", accountId: account });
    expect(await sales.post(`leads/${lead.id}/convert`, { opportunity: { id: deal.id } }, mine)).toMatchObject({
      status: 422,
      body: { code: "reference.unknown" },
    });
    expect(await sales.post(`leads/${lead.id}/convert`, {}, mine)).toMatchObject({
      status: 200,
      body: { ownerId: mine.id },
    });
  });

  it("does not join a closed opportunity", async () => {
    const lead = await aLead();
    const deal = await sales.done("opportunities", { name: "Lost", accountId: await sales.known("account") });
    await sales.done(`opportunities/${deal.id}/lose`, { reason: "price" });
    expect(await sales.post(`leads/${lead.id}/convert`, { opportunity: { id: deal.id } })).toMatchObject({
      status: 409,
      body: { code: "opportunity.closed" },
    });
  });
});
