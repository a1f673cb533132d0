import { eventually, publish } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startSales, type Sales } from "./sales.ts";

interface Preview {
  days: number | null;
  data: { concept: string; due: number; referredTo: number }[];
}

const PATH = "/v1/operations/sales/purge";

describe("the purge of leads and opportunities", () => {
  let sales: Sales;

  beforeAll(async () => {
    sales = await startSales();
    await publish(sales.database, "identity.settings.updated", { id: randomUUID(), purgeDeletedAfterDays: 30 });
    await eventually(async () => expect((await ask<Preview>("GET")).days).toBe(30));
  });
  afterAll(() => sales.close());

  const sql = async <R extends object>(text: string, values: unknown[] = []) =>
    (await sales.database.admin.query<R>(text, values)).rows;
  const ask = async <B>(method: string) => (await sales.service.request<B>(sales.admin, method, PATH)).body;
  const due = async () =>
    (await ask<Preview>("GET")).data
      .map(({ concept, due, referredTo }) => [concept, due, referredTo])
      .filter(([, ...counts]) => counts.some((count) => count !== 0));
  const deleted = async (table: string, id: string) => {
    await sql(`UPDATE sales.${table} SET deleted_at = now() - interval '31 days' WHERE id = $1`, [id]);
  };
  /** A lead and its opportunity, which refer to each other. */
  const converted = async () => {
    const lead = await sales.done("leads", { lastName: "Harbinskow", company: "Harbin", email: "h@a.example" });
    const opportunity = { name: "Deal" };
    await sales.done(`leads/${lead.id}/convert`, { opportunity });
    const [found] = await sql<{ id: string }>("SELECT id FROM sales.opportunity WHERE lead_id = $1", [lead.id]);
    return { lead: lead.id, opportunity: found!.id, personId: lead["personId"] };
  };

  it("leaves a lead to which an opportunity refers, deleted or not, and takes both where both are old", async () => {
    const { lead, opportunity, personId } = await converted();
    await sql("INSERT INTO sales.lead_activity VALUES ($1, now())", [lead]);
    await deleted("lead", lead);
    expect(await due()).toEqual([["sales.lead", 0, 1]]);
    await sql("UPDATE sales.opportunity SET deleted_at = now() WHERE id = $1", [opportunity]);
    expect(await due()).toEqual([["sales.lead", 0, 1]]);
    expect(await ask("POST")).toEqual({ purged: 0, remaining: 0 });
    await deleted("opportunity", opportunity);
    expect(await due()).toEqual(expect.arrayContaining([["sales.opportunity", 1, 0]]));
    for (let left = 2; left > 0; left -= 1) await ask("POST");
    expect(await due()).toEqual([]);
    for (const [table, id] of [
      ["lead", lead],
      ["opportunity", opportunity],
    ] as const) {
      expect(await sql(`SELECT FROM sales.${table} WHERE id = $1`, [id])).toEqual([]);
      expect((await sales.eventsOf(id)).filter(({ type }) => type.endsWith(".purged"))).toHaveLength(1);
    }
    expect(await sql("SELECT FROM sales.lead_activity WHERE lead_id = $1", [lead])).toEqual([]);
    // The key is the contact's, too.
    const [key] = await sql<{ wrapped: string }>("SELECT wrapped FROM bus.person_key WHERE person_id = $1", [personId]);
    expect(key!.wrapped).not.toBe("");
  });

  it("leaves a pipeline in which there is an opportunity, if only a deleted one", async () => {
    const stages = [
      { name: "Open", category: "open", probability: 10 },
      { name: "Won", category: "won", probability: 100 },
      { name: "Lost", category: "lost", probability: 0 },
    ];
    const pipeline = await sales.done("pipelines", { name: "Second", stages });
    const accountId = await sales.known("account");
    const deal = await sales.done("opportunities", { name: "x", accountId, pipelineId: pipeline.id });
    await sql("UPDATE sales.opportunity SET deleted_at = now() WHERE id = $1", [deal.id]);
    await deleted("pipeline", pipeline.id);
    expect(await due()).toEqual([["sales.pipeline", 0, 1]]);
    await deleted("opportunity", deal.id);
    for (let left = 2; left > 0; left -= 1) await ask("POST");
    expect(await sql("SELECT FROM sales.pipeline WHERE id = $1", [pipeline.id])).toEqual([]);
  });
});
