import { anOwner, eventually, publish } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startSales, type Sales, type View } from "./sales.ts";

interface Previewed {
  data: { concept: string; condition: string; months: number; persons: number }[];
}

const SETTINGS = randomUUID();
const UNTOUCHED = { concept: "sales.lead", condition: "untouched", months: 12 };
const UNQUALIFIED = { concept: "sales.lead", condition: "unqualified", months: 6 };

describe("retention rules about leads", () => {
  let sales: Sales;
  let version = 0;

  beforeAll(async () => {
    sales = await startSales();
  });
  afterAll(() => sales.close());

  const sql = async <R extends object>(text: string, values: unknown[] = []) =>
    (await sales.database.admin.query<R>(text, values)).rows;
  const rules = async (...retention: object[]) => {
    await publish(sales.database, "identity.settings.updated", { id: SETTINGS, retention }, (version += 1));
    await eventually(async () => {
      expect(await sql("SELECT version, retention FROM sales.settings_copy")).toEqual([{ version, retention }]);
    });
  };
  const ask = <B>(method: string, query = "", as = sales.admin) =>
    sales.service.request<B>(as, method, `/v1/operations/sales/retention${query}`);
  const tried = async ({ concept, condition, months } = UNTOUCHED) =>
    (await ask<Previewed>("GET", `?concept=${concept}&condition=${condition}&months=${months}`)).body.data[0]!.persons;
  const run = async () => (await ask<{ erased: number; remaining: number }>("POST")).body;
  /** A lead that has not changed for so many months. */
  const anOldLead = async (months: number, data: object = {}, verbs: [string, object?][] = []) => {
    const lead = await sales.done("leads", { firstName: "伟", lastName: "王", email: "old@a.example", ...data });
    for (const [verb, body] of verbs) await sales.done(`leads/${lead.id}/${verb}`, body);
    await sql("UPDATE sales.lead SET updated_at = now() - make_interval(months => $1) WHERE id = $2", [
      months,
      lead.id,
    ]);
    return lead;
  };
  const isErased = async ({ id }: Pick<View, "id">) => (await sales.get(`leads/${id}`))["lastName"] === "(erased)";
  const erasuresOf = (id: string) =>
    sql<{ actor: string; origin: string }>(
      `SELECT payload::json->>'actortype' || ' ' || (payload::json->>'actorid') AS actor, payload::json->>'origin' AS origin
       FROM sales.outbox WHERE key = $1 AND type = 'sales.lead.erased'`,
      [id],
    );
  const toSettle = () => sql("UPDATE sales.lead SET updated_at = now()");

  it("erase nobody where there is no rule", async () => {
    const lead = await anOldLead(300);
    expect(await ask("GET")).toMatchObject({ status: 200, body: { data: [] } });
    expect(await run()).toEqual({ erased: 0, remaining: 0 });
    expect(await isErased(lead)).toBe(false);
    expect(await tried()).toBe(1);
    await toSettle();
  });

  it("erase whom they name: row, key and event, as Kehu itself, and nothing the second time", async () => {
    const [old, fresh] = [await anOldLead(13), await anOldLead(11)];
    const lost = await anOldLead(7, {}, [["unqualify", { reason: "no budget" }]]);
    const deleted = await anOldLead(13);
    await sql("UPDATE sales.lead SET deleted_at = updated_at WHERE id = $1", [deleted.id]);
    await rules(UNTOUCHED, UNQUALIFIED);
    expect((await ask<Previewed>("GET")).body.data).toEqual([
      { ...UNTOUCHED, persons: 2 },
      { ...UNQUALIFIED, persons: 1 },
    ]);
    expect(await run()).toEqual({ erased: 3, remaining: 0 });
    expect(await sales.get(`leads/${old.id}`)).toMatchObject({ lastName: "(erased)", firstName: null, email: null });
    expect([await isErased(lost), await isErased(fresh)]).toEqual([true, false]);
    const keys = await sql("SELECT DISTINCT wrapped FROM bus.person_key WHERE person_id = ANY($1)", [
      [old, lost, deleted].map((lead) => lead["personId"]),
    ]);
    expect(keys).toEqual([{ wrapped: "" }]);
    expect(await run()).toEqual({ erased: 0, remaining: 0 });
    await sql("UPDATE sales.lead SET updated_at = now() - interval '20 years' WHERE last_name = '(erased)'");
    expect([await tried(), await run()]).toEqual([0, { erased: 0, remaining: 0 }]);
    for (const { id } of [old, lost, deleted])
      expect(await erasuresOf(id)).toEqual([{ actor: "system retention", origin: "system" }]);
    expect(await erasuresOf(fresh.id)).toEqual([]);
    await rules();
  });

  it.each<[string, (lead: View) => Promise<unknown>]>([
    ["was converted", ({ id }) => sql("UPDATE sales.lead SET status = 'converted' WHERE id = $1", [id])],
    ["is a contact, too", ({ personId }) => sales.known("contact", { personId })],
    [
      "is another lead, too, that has changed",
      async ({ id, personId }) => {
        const other = await sales.done("leads", { lastName: "x" });
        await sql("UPDATE sales.lead SET person_id = $1 WHERE id = $2", [personId, other.id]);
        return id;
      },
    ],
    [
      "has been called since",
      ({ id }) =>
        said("customer.interaction.created", id, { occurredAt: monthsAgo(11), links: [{ type: "lead", id }] }),
    ],
    [
      "has a task since",
      ({ id }) => said("customer.task.created", id, { completedAt: monthsAgo(11), links: [{ type: "lead", id }] }),
    ],
  ])("leave alone who %s", async (_what, happen) => {
    await toSettle();
    const lead = await anOldLead(13);
    expect(await tried()).toBe(1);
    await happen(lead);
    expect(await tried()).toBe(0);
    await rules(UNTOUCHED);
    expect(await run()).toEqual({ erased: 0, remaining: 0 });
    expect(await isErased(lead)).toBe(false);
    await rules();
  });

  const monthsAgo = (months: number) => new Date(Date.now() - months * 30 * 86_400_000).toISOString();
  const said = async (
    type: "customer.interaction.created" | "customer.task.created",
    leadId: string,
    state: object,
  ) => {
    await publish(sales.database, type, { id: randomUUID(), ...state });
    await eventually(async () => {
      expect(await sql("SELECT 1 FROM sales.lead_activity WHERE lead_id = $1", [leadId])).toHaveLength(1);
    });
  };

  it("take an activity of long ago for none, and a lead that is not unqualified for another matter", async () => {
    await toSettle();
    const lead = await anOldLead(13);
    const { id } = lead;
    await said("customer.interaction.created", id, { occurredAt: monthsAgo(14), links: [{ type: "lead", id }] });
    expect([await tried(), await tried({ ...UNQUALIFIED, months: 12 })]).toEqual([1, 0]);
  });

  it("wait for copies of contacts that do not say yet who they are", async () => {
    await toSettle();
    await anOldLead(13);
    const contact = await sales.known("contact", { personId: randomUUID() });
    const setPerson = (personId: string | null) =>
      sql("UPDATE sales.contact_copy SET person_id = $1 WHERE id = $2", [personId, contact]);
    await setPerson(null);
    expect(await tried()).toBe(0);
    await setPerson(randomUUID());
    expect(await tried()).toBe(1);
  });

  it("take a contact who was purged for none", async () => {
    await toSettle();
    const { personId } = await anOldLead(13);
    const id = await sales.known("contact", { personId });
    expect(await tried()).toBe(0);
    await publish(sales.database, "customer.contact.purged", { id }, 5);
    await eventually(async () => expect(await tried()).toBe(1));
  });

  it("erase each once when many are at it at once, in transactions of fifty", async () => {
    await toSettle();
    const operations = Array.from({ length: 120 }, () => ({ op: "create", data: { lastName: "王" } }));
    const ids = (await sales.import("leads", operations)).map(({ id }) => id!);
    await sql("UPDATE sales.lead SET updated_at = now() - interval '13 months' WHERE id = ANY($1)", [ids]);
    await rules(UNTOUCHED);
    await Promise.all(Array.from({ length: 6 }, run));
    await eventually(async () => expect((await run()).remaining).toBe(0));
    const made = await sql<{ key: string; n: number }>(
      "SELECT key, count(*)::int AS n FROM sales.outbox WHERE key = ANY($1) AND type = 'sales.lead.erased' GROUP BY key",
      [ids],
    );
    expect(made).toHaveLength(120);
    expect(made.every(({ n }) => n === 1)).toBe(true);
    const [most] = await sql<{ most: number }>(
      `SELECT max(n)::int AS most FROM (SELECT count(DISTINCT record_id) AS n FROM sales.history
       WHERE field = 'lastName' AND event_type = 'sales.lead.erased' AND record_id = ANY($1) GROUP BY xmin::text) AS transactions`,
      [ids],
    );
    expect(most!.most).toBe(50);
    await rules();
  });

  it.each([
    ["?months=0", 400, "query.invalid"],
    ["?months=1201", 400, "query.invalid"],
    ["?concept=sales.deal&months=1", 400, "query.invalid"],
    ["?condition=constructor&months=1", 400, "query.invalid"],
  ])("refuse to try %s with %i %s", async (query, status, code) => {
    expect(await ask("GET", query)).toMatchObject({ status, body: { code } });
  });

  it("are nobody's business but an administrator's", async () => {
    const owner = anOwner();
    delete owner.grants["operations.personal-data.manage"];
    for (const method of ["GET", "POST"]) expect(await ask(method, "", owner)).toMatchObject({ status: 403 });
  });
});
