import type { FieldAccess } from "@kehu/auth";
import { randomUUID } from "node:crypto";
import { startSales, type Sales } from "./sales.ts";

describe("fields that a role closes, where a verb takes them", () => {
  let sales: Sales;
  let accountId: string;

  beforeAll(async () => {
    sales = await startSales();
    accountId = await sales.known("account");
  });
  afterAll(() => sales.close());

  const under = (concept: string, field: string, access: FieldAccess) => ({
    ...sales.admin,
    fieldRules: { [concept]: { [field]: access } },
  });
  const refused = (field: string) => ({ status: 403, body: { code: "field.read-only", errors: [{ field }] } });
  const unknown = (field: string) => ({ status: 400, body: { errors: [{ field, code: "field.unknown" }] } });

  it.each([
    ["sales.opportunity", "amount", { opportunity: { amount: { amount: "1.00", currency: "USD" } } }],
    ["sales.opportunity", "stage", { opportunity: { stage: "Proposal" } }],
    ["customer.account", "industry", { account: { name: "x", industry: "y" } }],
    ["customer.account", "name", { account: { name: "x" } }],
  ])("POST /v1/leads/:id/convert minds a rule for %s %s", async (concept, field, body) => {
    const lead = await sales.done("leads", { lastName: "王", company: "华星", industry: "technology" });
    const path = `leads/${lead.id}/convert`;
    expect(await sales.post(path, body, under(concept, field, "read-only"))).toMatchObject(refused(field));
    expect(await sales.post(path, body, under(concept, field, "hidden"))).toMatchObject(unknown(field));
    expect(await sales.get(`leads/${lead.id}`)).toMatchObject({ status: "new", version: 1 });
    expect(await sales.done(path, {}, under(concept, field, "hidden"))).toMatchObject({ status: "converted" });
  });

  it.each([
    ["stage", "pipelineId", { stage: "Proposal", pipelineId: randomUUID() }],
    ["win", "closedAt", { closedAt: "2026-01-31T09:00:00Z" }],
    ["lose", "closedAt", { reason: "price", closedAt: "2026-01-31T09:00:00Z" }],
    ["lose", "lostReason", { reason: "price" }],
  ])("POST /v1/opportunities/:id/%s minds a rule for %s", async (verb, field, body) => {
    const deal = await sales.done("opportunities", { name: "CRM", accountId });
    const path = `opportunities/${deal.id}/${verb}`;
    const [reading, hiding] = [
      under("sales.opportunity", field, "read-only"),
      under("sales.opportunity", field, "hidden"),
    ];
    expect(await sales.post(path, body, reading)).toMatchObject(refused(field));
    expect(await sales.post(path, body, hiding)).toMatchObject(unknown(field));
    expect(await sales.get(`opportunities/${deal.id}`)).toMatchObject({ version: 1 });
  });
});
