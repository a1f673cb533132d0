import { eventually, publish } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startSales, type Sales, type View } from "./sales.ts";

const label = (en: string, zh = en) => ({ en, zh });
const choice = (value: string) => ({ value, label: label(value), color: null, retired: false });
const AMOUNT = { amount: "1000.00", currency: "USD" };

interface FieldView {
  name: string;
  vocabulary: string | null;
  options: object[] | null;
}

describe("leads and opportunities that follow vocabularies", () => {
  let sales: Sales;
  let lead: View;
  let deal: View;

  const fieldsOf = async (resource: string) =>
    ((await sales.get(`${resource}/fields`)) as unknown as { data: FieldView[] }).data;

  beforeAll(async () => {
    sales = await startSales();
    lead = await sales.done("leads", {
      lastName: "王",
      company: "华星",
      industry: "from before",
      source: "from before",
    });
    deal = await sales.done("opportunities", { name: "CRM", accountId: await sales.known("account"), amount: AMOUNT });
    for (const name of ["industry", "leadSource", "opportunityType", "lostReason", "unqualifiedReason"]) {
      const vocabulary = { id: randomUUID(), name, label: label(name), choices: [choice("one"), choice("two")] };
      await publish(sales.database, "identity.vocabulary.created", vocabulary);
    }
    await eventually(async () => {
      const all = [...(await fieldsOf("leads")), ...(await fieldsOf("opportunities"))];
      expect(all.filter(({ options }) => options !== null)).toHaveLength(6);
    });
  });
  afterAll(() => sales.close());

  it.each([
    ["leads", { lastName: "x", industry: "three" }, "industry"],
    ["leads", { lastName: "x", source: "three" }, "source"],
    ["opportunities", { name: "x", source: "three" }, "source"],
    ["opportunities", { name: "x", type: "three" }, "type"],
  ])("POST /v1/%s refuses %j", async (resource, body, field) => {
    const accountId = resource === "opportunities" ? { accountId: await sales.known("account") } : {};
    expect(await sales.post(resource, { ...body, ...accountId })).toMatchObject({
      status: 422,
      body: { code: "vocabulary.unknown", allowed: ["one", "two"], errors: [{ field }] },
    });
  });

  it("POST /v1/opportunities/:id/lose and /v1/leads/:id/unqualify take reasons of the company alone", async () => {
    const doubtful = await sales.done("leads", { lastName: "x" });
    const refused = (field: string) => ({ status: 422, body: { code: "vocabulary.unknown", errors: [{ field }] } });
    const price = await sales.post(`opportunities/${deal.id}/lose`, { reason: "price" });
    expect(price).toMatchObject(refused("lostReason"));
    expect(await sales.post(`leads/${doubtful.id}/unqualify`, { reason: "price" })).toMatchObject(
      refused("unqualifiedReason"),
    );
    expect(await sales.done(`opportunities/${deal.id}/lose`, { reason: "two" })).toMatchObject({
      stageCategory: "lost",
    });
    expect(await sales.done(`leads/${doubtful.id}/unqualify`, { reason: "one" })).toMatchObject({
      status: "unqualified",
    });
  });

  it.each([
    ["type", { opportunity: { type: "three" } }],
    ["industry", { account: { name: "x", industry: "three" } }],
  ])("POST /v1/leads/:id/convert refuses another %s that is sent", async (field, body) => {
    expect(await sales.post(`leads/${lead.id}/convert`, body)).toMatchObject({
      status: 422,
      body: { code: "vocabulary.unknown", allowed: ["one", "two"], errors: [{ field }] },
    });
  });

  it("POST /v1/leads/:id/convert takes what is in the vocabularies", async () => {
    const other = await sales.done("leads", { lastName: "x" });
    const body = { opportunity: { type: "one" }, account: { name: "x", industry: "two" } };
    const { convertedOpportunityId: id } = await sales.done(`leads/${other.id}/convert`, body);
    expect(await sales.get(`opportunities/${String(id)}`)).toMatchObject({ type: "one" });
  });

  it("POST /v1/leads/:id/convert takes along what the lead has from before", async () => {
    const account = { name: "华星", industry: "from before" };
    const body = { account, opportunity: { name: "华星 CRM", amount: AMOUNT } };
    const { convertedOpportunityId: id } = await sales.done(`leads/${lead.id}/convert`, body);
    expect(await sales.get(`opportunities/${String(id)}`)).toMatchObject({ source: "from before" });
    const told = (await sales.eventsOf(lead.id)).at(-1)!;
    expect(told).toMatchObject({ type: "sales.lead.converted", data: { account: { industry: "from before" } } });
  });
});
