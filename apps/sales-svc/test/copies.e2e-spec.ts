import { anOwner, eventually, publish } from "@kehu/testing";
import type { EventType } from "@kehu/contracts";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { NIL } from "uuid";
import { startSales, type Sales } from "./sales.ts";

describe("copies of other services' records", () => {
  let sales: Sales;

  beforeAll(async () => {
    sales = await startSales();
  });

  afterAll(() => sales.close());

  const row = async (table: string, id: string) => {
    const { rows } = await sales.database.admin.query<{ name: string; version: number; deleted: boolean }>(
      `SELECT name, version, deleted_at IS NOT NULL AS deleted FROM sales.${table} WHERE id = $1`,
      [id],
    );
    return rows[0];
  };

  const CASES: [string, EventType, EventType, EventType, (name: string) => object, string][] = [
    [
      "account_copy",
      "customer.account.created",
      "customer.account.updated",
      "customer.account.deleted",
      (name) => ({ name }),
      "x",
    ],
    [
      "contact_copy",
      "customer.contact.created",
      "customer.contact.updated",
      "customer.contact.deleted",
      (lastName) => ({ firstName: null, lastName }),
      "x",
    ],
    [
      "campaign_copy",
      "marketing.campaign.created",
      "marketing.campaign.launched",
      "marketing.campaign.deleted",
      (name) => ({ name }),
      "x",
    ],
  ];

  it.each(CASES)("%s follows %s, whatever comes twice or late", async (table, created, updated, deleted, named) => {
    const id = randomUUID();
    const first = randomUUID();
    await publish(sales.database, updated, { id, ...named("New") }, 2);
    await publish(sales.database, created, { id, ...named("Old") }, 1, first);
    await publish(sales.database, created, { id, ...named("Old") }, 1, first);
    const marker = randomUUID();
    await publish(sales.database, created, { id: marker, ...named("Marker") });
    await eventually(async () => (await row(table, marker)) !== undefined);
    expect(await row(table, id)).toEqual({ name: "New", version: 2, deleted: false });
    await publish(sales.database, deleted, { id, ...named("New"), deletedAt: "2026-01-02T03:04:05.000Z" }, 3);
    await eventually(async () => (await row(table, id))?.deleted);
  });

  it.each<["customer.account.purged" | "customer.contact.purged" | "marketing.campaign.purged", EventType, string]>([
    ["customer.account.purged", "customer.account.created", "account_copy"],
    ["customer.contact.purged", "customer.contact.created", "contact_copy"],
    ["marketing.campaign.purged", "marketing.campaign.created", "campaign_copy"],
  ])("forget what they said at %s, and do not come back by an older event", async (purged, created, table) => {
    const [id, marker] = [randomUUID(), randomUUID()];
    const externalIds = [{ system: "erp", id: `gone ${table}` }];
    await publish(sales.database, created, { id, externalIds });
    await eventually(async () => (await row(table, id)) !== undefined);
    await publish(sales.database, purged, { id }, 5);
    await eventually(async () => expect(await row(table, id)).toEqual({ name: "", version: 5, deleted: true }));
    await publish(sales.database, created, { id, externalIds }, 4);
    await publish(sales.database, created, { id: marker });
    await eventually(async () => expect(await row(table, marker)).toBeDefined());
    expect(await row(table, id)).toEqual({ name: "", version: 5, deleted: true });
    const { rows } = await sales.database.admin.query(
      `SELECT owner_id, collaborators, external_ids FROM sales.${table} WHERE id = $1
       UNION ALL SELECT record_id, NULL, NULL FROM sales.external_id WHERE record_id = $1`,
      [id],
    );
    expect(rows).toEqual([{ owner_id: null, collaborators: [], external_ids: [] }]);
  });

  it("forget by the update who the contacts were that were purged before it", async () => {
    const person = randomUUID();
    const [gone, there] = [await sales.known("contact"), await sales.known("contact", { personId: person })];
    await sales.database.admin.query(
      "UPDATE sales.contact_copy SET name = '', deleted_at = now(), person_id = $2 WHERE id = $1",
      [gone, person],
    );
    const migration = await readFile("apps/sales-svc/src/db/migrations/0015-purged-copies.sql", "utf8");
    await sales.database.admin.query(`BEGIN; SET LOCAL search_path = sales; ${migration} COMMIT`);
    const { rows } = await sales.database.admin.query<{ id: string; person_id: string }>(
      "SELECT id, person_id FROM sales.contact_copy WHERE id = ANY($1)",
      [[gone, there]],
    );
    expect(new Map(rows.map((row) => [row.id, row.person_id]))).toEqual(
      new Map([
        [gone, NIL],
        [there, person],
      ]),
    );
  });

  it("are within the reach of those with whom the record is shared, and of the pool in which it lies", async () => {
    const [me, teamId] = [randomUUID(), randomUUID()];
    await publish(sales.database, "identity.team.created", { id: teamId, name: "East", path: "c.e" });
    const shared = await sales.known("account", { collaborators: [{ type: "user", id: me, access: "read" }] });
    const pooled = await sales.known("account", { ownerId: null, teamId });
    const foreign = await sales.known("account", { collaborators: [{ type: "user", id: teamId, access: "read" }] });
    const who = { ...anOwner(me), place: { teamId, path: "c.e" } };
    const nameWith = async (accountId: string) => {
      const { status, body } = await sales.post("opportunities", { name: "x", accountId }, who);
      return status === 201 ? body.accountName : body.code;
    };
    expect(await nameWith(shared)).toBe("华星科技 Huaxing Technology");
    expect(await nameWith(pooled)).toBe("reference.not-yet-known");
    who.grants["customer.account.read"] = "team";
    expect(await nameWith(pooled)).toBe("华星科技 Huaxing Technology");
    who.grants["customer.account.read"] = "own";
    expect(await nameWith(foreign)).toBe("华星科技 Huaxing Technology"); // an id is a user's or a team's, never both
    const stranger = { ...who, ...anOwner(), place: undefined };
    expect((await sales.post("opportunities", { name: "x", accountId: shared }, stranger)).body.code).toBe(
      "reference.not-yet-known",
    );
  });

  it("are spared updates of what they have not", async () => {
    const id = randomUUID();
    await publish(sales.database, "customer.account.created", { id, name: "Old" });
    const updated = (changed: string[], name: string, version: number, event = randomUUID()) =>
      publish(sales.database, "customer.account.updated", { id, name }, version, event, { facts: { changed } });
    const ofIndustry = randomUUID();
    await updated(["industry"], "Old", 2, ofIndustry);
    await updated(["website", "name"], "New", 3);
    await updated(["name"], "Older", 2);
    await eventually(async () => (await row("account_copy", id))?.name === "New");
    const { rows } = await sales.database.admin.query("SELECT 1 FROM sales.inbox WHERE event_id = $1", [ofIndustry]);
    expect(rows).toEqual([]);
    await sales.known("account");
    expect(await row("account_copy", id)).toEqual({ name: "New", version: 3, deleted: false });
  });

  it("are filled again by snapshots", async () => {
    const id = randomUUID();
    await publish(sales.database, "customer.account.snapshot", { id, name: "Late" }, 9);
    await eventually(async () => (await row("account_copy", id))?.version === 9);
  });

  it("refuse a deleted record as a reference for good", async () => {
    const accountId = await sales.known("account");
    await publish(
      sales.database,
      "customer.account.deleted",
      { id: accountId, deletedAt: "2026-01-02T03:04:05.000Z" },
      2,
    );
    await eventually(async () => (await row("account_copy", accountId))?.deleted);
    expect(await sales.post("opportunities", { name: "x", accountId })).toMatchObject({
      status: 422,
      body: { code: "reference.unknown" },
    });
  });

  it("go by their present names in other systems, however late it is told who has let go of one", async () => {
    const [first, second, erp] = [randomUUID(), randomUUID(), randomUUID()];
    const externalIds = [{ system: "erp", id: erp }];
    const accountOf = async () => {
      const { body } = await sales.post("opportunities", {
        name: "x",
        accountId: { externalId: { system: "erp", id: erp } },
      });
      return body.accountId ?? body.code;
    };
    await publish(sales.database, "customer.account.created", { id: first, externalIds });
    expect(await accountOf()).toBe(first);
    await publish(sales.database, "customer.account.created", { id: second, externalIds });
    await eventually(async () => (await accountOf()) === second);
    const gone = { id: first, externalIds: [], deletedAt: "2026-01-02T03:04:05.000Z" };
    await publish(sales.database, "customer.account.deleted", gone, 2);
    await eventually(async () => (await row("account_copy", first))?.deleted);
    expect(await accountOf()).toBe(second);
    await publish(sales.database, "customer.account.updated", { id: second, externalIds: [] }, 2, randomUUID(), {
      facts: { changed: ["externalIds"] },
    });
    await eventually(async () => (await accountOf()) === "reference.not-yet-known");
  });

  it("of the company's settings say in which currency deals are and how phones are read", async () => {
    await publish(sales.database, "identity.settings.created", { id: randomUUID(), currency: "CNY", country: "CN" });
    const accountId = await sales.known("account");
    const amount = { amount: "22700.00", currency: "CNY" };
    await eventually(async () => (await sales.post("opportunities", { name: "x", accountId, amount })).status === 201);
    const dollars = { name: "x", accountId, amount: { amount: "1.00", currency: "USD" } };
    expect(await sales.post("opportunities", dollars)).toMatchObject({
      status: 422,
      body: { code: "currency.no-rate" },
    });
    expect(await sales.done("leads", { lastName: "王", phone: "138 0013 8000" })).toMatchObject({
      phone: "+8613800138000",
    });
  });

  it("park an event that cannot be, and the others go on", async () => {
    const id = randomUUID();
    await publish(sales.database, "customer.account.created", { id, name: 5 });
    expect(await sales.known("account")).toBeDefined();
    await eventually(async () => {
      const { rows } = await sales.database.admin.query("SELECT handler FROM sales.dead_letter WHERE key = $1", [id]);
      return rows.length > 0;
    });
    expect(await row("account_copy", id)).toBeUndefined();
  });
});
