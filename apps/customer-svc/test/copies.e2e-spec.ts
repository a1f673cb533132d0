import type { EventType } from "@kehu/contracts";
import { eventually, publish } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { startCustomer, type Customer } from "./customer.ts";

interface Case {
  table: string;
  created: EventType;
  updated: EventType;
  deleted: EventType;
  snapshot: EventType;
  name: string;
}

const CASES: Case[] = [
  {
    table: "lead_copy",
    created: "sales.lead.created",
    updated: "sales.lead.status-changed",
    deleted: "sales.lead.deleted",
    snapshot: "sales.lead.snapshot",
    name: "lastName",
  },
  {
    table: "opportunity_copy",
    created: "sales.opportunity.created",
    updated: "sales.opportunity.won",
    deleted: "sales.opportunity.deleted",
    snapshot: "sales.opportunity.snapshot",
    name: "name",
  },
  {
    table: "ticket_copy",
    created: "service-desk.ticket.created",
    updated: "service-desk.ticket.closed",
    deleted: "service-desk.ticket.deleted",
    snapshot: "service-desk.ticket.snapshot",
    name: "subject",
  },
  {
    table: "campaign_copy",
    created: "marketing.campaign.created",
    updated: "marketing.campaign.launched",
    deleted: "marketing.campaign.deleted",
    snapshot: "marketing.campaign.snapshot",
    name: "name",
  },
];

describe("local copies", () => {
  let customer: Customer;

  beforeAll(async () => {
    customer = await startCustomer();
  });

  afterAll(() => customer.close());

  describe.each(CASES)("$table", ({ table, created, updated, deleted, snapshot, name }) => {
    const copyOf = async (id: string) => {
      const { rows } = await customer.database.admin.query<{ name: string; version: number; deleted: boolean }>(
        `SELECT name, version, deleted_at IS NOT NULL AS deleted FROM customer.${table} WHERE id = $1`,
        [id],
      );
      return rows[0];
    };
    const tell = (type: EventType, id: string, version: number, called: string, more: object = {}, event?: string) =>
      publish(customer.database, type, { id, firstName: null, [name]: called, ...more }, version, event);

    it("follows the events of its record, whatever their order and repetition", async () => {
      const id = randomUUID();
      const event = randomUUID();
      await tell(updated, id, 3, "third");
      await tell(created, id, 1, "first", {}, event);
      await tell(created, id, 1, "first", {}, event);
      await eventually(async () => expect(await copyOf(id)).toEqual({ name: "third", version: 3, deleted: false }));
      await tell(deleted, id, 4, "third", { deletedAt: "2026-01-02T03:04:05.000Z" });
      await tell(updated, id, 2, "second");
      await eventually(async () => expect(await copyOf(id)).toEqual({ name: "third", version: 4, deleted: true }));
      const last = randomUUID();
      await tell(created, last, 1, "last");
      await eventually(async () => expect(await copyOf(last)).toBeDefined());
      expect(await copyOf(id)).toMatchObject({ version: 4 });
    });

    it("is made good by a snapshot", async () => {
      const id = randomUUID();
      await tell(snapshot, id, 7, "known");
      await eventually(async () => expect(await copyOf(id)).toMatchObject({ name: "known", version: 7 }));
      await customer.database.admin.query(`UPDATE customer.${table} SET name = 'wrong' WHERE id = $1`, [id]);
      await tell(snapshot, id, 7, "known");
      await eventually(async () => expect(await copyOf(id)).toMatchObject({ name: "known", version: 7 }));
    });
  });

  it.each<[string, EventType, EventType, object]>([
    ["lead_copy", "sales.lead.created", "sales.lead.purged", { personId: randomUUID() }],
    ["opportunity_copy", "sales.opportunity.created", "sales.opportunity.purged", { contactId: randomUUID() }],
    ["ticket_copy", "service-desk.ticket.created", "service-desk.ticket.purged", { contactId: randomUUID() }],
  ])("keeps in %s of what was purged nothing that leads to a person", async (table, created, purged, named) => {
    const id = randomUUID();
    const stored = async () => {
      const sql = `SELECT to_jsonb(c)::text AS copy FROM customer.${table} c WHERE id = $1`;
      return (await customer.database.admin.query<{ copy: string }>(sql, [id])).rows[0]?.copy;
    };
    const [person] = Object.values(named) as string[];
    await publish(customer.database, created, { id, ...named });
    await eventually(async () => expect(await stored()).toContain(person));
    await publish(customer.database, purged, { id }, 5);
    await eventually(async () => expect(await stored()).toContain('"version": 5'));
    expect(await stored()).not.toContain(person);
    expect(await stored()).toContain('"touched_at": "-infinity"');
  });

  it("forgets by the update who stood in copies of what was purged before it, and in no others", async () => {
    const [gone, there, person] = [randomUUID(), randomUUID(), randomUUID()];
    const tables = { lead_copy: "person_id", opportunity_copy: "contact_ids", ticket_copy: "contact_id" };
    for (const [table, column] of Object.entries(tables)) {
      const who = column.endsWith("s") ? "ARRAY[$3::uuid]" : "$3::uuid";
      await customer.database.admin.query(
        `INSERT INTO customer.${table} (id, version, name, external_ids, deleted_at, ${column}, is_open, touched_at)
         SELECT id, 1, name, '[]', deleted_at, ${who}, true, '2026-01-01'
         FROM (VALUES ($1::uuid, '', now()), ($2, '', NULL), (gen_random_uuid(), 'Wu', now())) AS c (id, name, deleted_at)`,
        [gone, there, person],
      );
    }
    const migration = await readFile("apps/customer-svc/src/db/migrations/0015-purged-copies.sql", "utf8");
    await customer.database.admin.query(`BEGIN; SET LOCAL search_path = customer; ${migration} COMMIT`);
    for (const [table, column] of Object.entries(tables)) {
      const { rows } = await customer.database.admin.query(
        `SELECT is_open, touched_at::text, count(*)::int FROM customer.${table}
         WHERE id = $1 OR to_jsonb(${column})::text LIKE '%' || $2 || '%' GROUP BY 1, 2 ORDER BY 1`,
        [gone, person],
      );
      expect(rows).toMatchObject([
        { is_open: false, touched_at: "-infinity", count: 1 },
        { is_open: true, count: 2 },
      ]);
    }
  });

  it("takes no link to a record that was deleted", async () => {
    const id = randomUUID();
    const state = { id, deletedAt: "2026-01-02T03:04:05.000Z" };
    await publish(customer.database, "sales.opportunity.deleted", state, 2);
    await eventually(async () => {
      const { rows } = await customer.database.admin.query("SELECT 1 FROM customer.opportunity_copy WHERE id = $1", [
        id,
      ]);
      expect(rows).toHaveLength(1);
    });
    const body = { subject: "x", links: [{ type: "opportunity", id }] };
    const answer = await customer.service.request(customer.admin, "POST", "/v1/tasks", { body });
    expect(answer).toMatchObject({
      status: 422,
      body: { code: "reference.unknown", errors: [{ field: "links.0.id" }] },
    });
  });

  it("finds by a name the record that is there, not one that was deleted, in whatever order they are told of", async () => {
    const [gone, there] = [randomUUID(), randomUUID()];
    const externalIds = [{ system: "erp", id: "K-1" }];
    const tell = (type: EventType, id: string, version: number, more: object = {}) =>
      publish(customer.database, type, { id, firstName: null, lastName: "Wu", externalIds, ...more }, version);
    const told = (id: string, version: number) =>
      eventually(async () => {
        const sql = "SELECT version FROM customer.lead_copy WHERE id = $1";
        expect((await customer.database.admin.query(sql, [id])).rows).toEqual([{ version }]);
      });
    const linked = async () => {
      const body = { subject: "x", links: [{ type: "lead", id: { externalId: { system: "erp", id: "K-1" } } }] };
      const answer = await customer.service.request<{ links: { id: string }[]; code?: string }>(
        customer.admin,
        "POST",
        "/v1/tasks",
        { body },
      );
      return answer.status === 201 ? answer.body.links[0]!.id : answer.body.code;
    };
    await tell("sales.lead.created", gone, 1);
    await told(gone, 1);
    expect(await linked()).toBe(gone);
    await tell("sales.lead.created", there, 1);
    await told(there, 1);
    await tell("sales.lead.deleted", gone, 2, { deletedAt: "2026-01-02T03:04:05.000Z" });
    await told(gone, 2);
    expect(await linked()).toBe(there);
    await tell("sales.lead.deleted", there, 2, { deletedAt: "2026-01-02T03:04:05.000Z" });
    await told(there, 2);
    expect(await linked()).toBe("reference.unknown");
    await tell("sales.lead.restored", gone, 3);
    await told(gone, 3);
    expect(await linked()).toBe(gone);
  });

  it("parks what it cannot read, and the later events of that record, and goes on with the others", async () => {
    const [id, other] = [randomUUID(), randomUUID()];
    await publish(customer.database, "sales.lead.created", { id, lastName: { enc: "k1.AAAA" } });
    await publish(customer.database, "sales.lead.updated", { id, lastName: "Denson" }, 2);
    await publish(customer.database, "sales.lead.created", { id: other, lastName: "Hall" });
    await eventually(async () => {
      const { rows } = await customer.database.admin.query("SELECT id FROM customer.lead_copy WHERE id = ANY($1)", [
        [id, other],
      ]);
      expect(rows).toEqual([{ id: other }]);
    });
    const parked = await customer.database.admin.query(
      "SELECT handler, type FROM customer.dead_letter WHERE key = $1 ORDER BY id",
      [id],
    );
    expect(parked.rows).toEqual([
      { handler: "leads-copy", type: "sales.lead.created" },
      { handler: "leads-copy", type: "sales.lead.updated" },
    ]);
  });
});
