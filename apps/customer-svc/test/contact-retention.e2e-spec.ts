import { eventually, publish } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type View } from "./customer.ts";

const RULE = { concept: "customer.contact", condition: "untouched", months: 12 };

describe("retention rules about contacts", () => {
  let customer: Customer;

  beforeAll(async () => {
    customer = await startCustomer();
  });
  afterAll(() => customer.close());

  const sql = async (text: string, values: unknown[] = []) =>
    (await customer.database.admin.query<Record<string, unknown>>(text, values)).rows;
  const ask = <B>(method: string, query = "") =>
    customer.service.request<B>(customer.admin, method, `/v1/operations/customer/retention${query}`);
  const tried = async () => {
    const query = `?concept=${RULE.concept}&condition=${RULE.condition}&months=${RULE.months}`;
    return (await ask<{ data: { persons: number }[] }>("GET", query)).body.data[0]!.persons;
  };
  const toSettle = () => sql("UPDATE customer.contact SET updated_at = now()");
  const anOldContact = async () => {
    const contactPoints = [{ kind: "email", value: "old@a.example" }];
    const contact = await customer.create("contacts", { lastName: "王", contactPoints });
    await sql("UPDATE customer.contact SET updated_at = now() - interval '13 months' WHERE id = $1", [contact.id]);
    return contact;
  };
  const monthsAgo = (months: number) => new Date(Date.now() - months * 30 * 86_400_000).toISOString();
  /** A record of another service, of which an event has told. */
  const heard = async (
    type: "sales.opportunity.created" | "service-desk.ticket.created" | "sales.lead.created",
    state: object,
  ) => {
    const id = randomUUID();
    await publish(customer.database, type, { id, ...state });
    const table = `${type.split(".")[1]!}_copy`;
    await eventually(async () =>
      expect(await sql(`SELECT 1 FROM customer.${table} WHERE id = $1`, [id])).toHaveLength(1),
    );
    return id;
  };
  const deal = (contactId: string, state: object) =>
    heard("sales.opportunity.created", { contacts: [{ contactId, role: null }], updatedAt: monthsAgo(14), ...state });

  it("erase whom they name, once, as Kehu itself", async () => {
    const [old, fresh] = [await anOldContact(), await customer.create("contacts", { lastName: "李" })];
    const rows = [{ version: 1, retention: [RULE] }];
    expect((await ask<{ erased: number }>("POST")).body).toEqual({ erased: 0, remaining: 0 });
    await publish(customer.database, "identity.settings.created", { id: randomUUID(), retention: [RULE] });
    await eventually(async () =>
      expect(await sql("SELECT version, retention FROM customer.settings_copy")).toEqual(rows),
    );
    expect((await ask("GET")).body).toEqual({ data: [{ ...RULE, persons: 1 }] });
    expect((await ask("POST")).body).toEqual({ erased: 1, remaining: 0 });
    expect((await ask("POST")).body).toEqual({ erased: 0, remaining: 0 });
    expect(await customer.get(`/v1/contacts/${old.id}`)).toMatchObject({ lastName: "(erased)", contactPoints: [] });
    expect(await customer.get(`/v1/contacts/${fresh.id}`)).toMatchObject({ lastName: "李", version: 1 });
    const events = await sql(
      `SELECT payload::json->>'actorid' AS actor, payload::json->>'origin' AS origin FROM customer.outbox
       WHERE key = $1 AND type = 'customer.contact.erased'`,
      [old.id],
    );
    expect(events).toEqual([{ actor: "retention", origin: "system" }]);
    const [key] = await sql("SELECT wrapped FROM bus.person_key WHERE person_id = $1", [old["personId"]]);
    expect(key).toEqual({ wrapped: "" });
  });

  const about = (id: string) => ({ links: [{ type: "contact", id }] });
  it.each<[string, (contact: View) => Promise<unknown>]>([
    ["has an open deal", ({ id }) => deal(id, {})],
    ["had one that was closed since", ({ id }) => deal(id, { stageCategory: "won", updatedAt: monthsAgo(2) })],
    [
      "has an open ticket",
      ({ id }) => heard("service-desk.ticket.created", { contactId: id, updatedAt: monthsAgo(14) }),
    ],
    ["is an open lead, too", ({ personId }) => heard("sales.lead.created", { personId, updatedAt: monthsAgo(14) })],
    [
      "was called since",
      ({ id }) => customer.create("interactions", { kind: "call", occurredAt: monthsAgo(2), ...about(id) }),
    ],
    ["has a task since", ({ id }) => customer.create("tasks", { subject: "x", dueAt: monthsAgo(2), ...about(id) })],
    [
      "is another contact, too, who has changed",
      async ({ personId }) => {
        const { id } = await customer.create("contacts", { lastName: "x" });
        await sql("UPDATE customer.contact SET person_id = $1 WHERE id = $2", [personId, id]);
      },
    ],
    [
      "may have a deal of which nothing is known yet",
      async ({ id }) =>
        sql(
          "UPDATE customer.opportunity_copy SET touched_at = NULL, is_open = NULL, contact_ids = '{}' WHERE id = $1",
          [await deal(id, {})],
        ),
    ],
  ])("leave alone who %s", async (_what, happen) => {
    await toSettle();
    await sql("DELETE FROM customer.opportunity_copy");
    const contact = await anOldContact();
    expect(await tried()).toBe(1);
    await happen(contact);
    expect(await tried()).toBe(0);
    expect((await ask("POST")).body).toEqual({ erased: 0, remaining: 0 });
    expect(await customer.get(`/v1/contacts/${contact.id}`)).toMatchObject({ lastName: "王" });
  });

  it("name who had a deal, a ticket, a lead and a call long ago", async () => {
    await toSettle();
    await sql("DELETE FROM customer.opportunity_copy");
    const { id, personId } = await anOldContact();
    const updatedAt = monthsAgo(14);
    await deal(id, { stageCategory: "lost" });
    await heard("service-desk.ticket.created", { contactId: id, status: "closed", updatedAt });
    await heard("sales.lead.created", { personId, status: "converted", updatedAt });
    await customer.create("interactions", { kind: "call", occurredAt: updatedAt, ...about(id) });
    expect(await tried()).toBe(1);
  });
});
