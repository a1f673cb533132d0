import { anOwner, eventually, publish } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type View } from "./customer.ts";

interface Preview {
  days: number | null;
  data: { concept: string; due: number; referredTo: number }[];
}

const SETTINGS = randomUUID();
const PATH = "/v1/operations/customer/purge";

let customer: Customer;
let version = 0;

const sql = async <R extends object>(text: string, values: unknown[] = []) =>
  (await customer.database.admin.query<R>(text, values)).rows;
const send = <B>(method: string, path: string, body?: object, as = customer.admin) =>
  customer.service.request<B>(as, method, path, { body });
const after = async (purgeDeletedAfterDays: number | null) => {
  await publish(
    customer.database,
    "identity.settings.updated",
    { id: SETTINGS, purgeDeletedAfterDays },
    (version += 1),
  );
  await eventually(async () => expect((await send<Preview>("GET", PATH)).body.days).toBe(purgeDeletedAfterDays));
};
const run = async () => {
  const { status, body } = await send<{ purged: number; remaining: number }>("POST", PATH);
  expect(status).toBe(200);
  return body;
};
const due = async (query = "") => {
  const { data } = (await send<Preview>("GET", `${PATH}${query}`)).body;
  const counts = data.map(({ concept, due, referredTo }) => [concept.split(".")[1]!, [due, referredTo]] as const);
  return Object.fromEntries(counts) as Record<string, readonly number[]>;
};
/** Deletes a record, so many days ago. */
const deleted = async (resource: string, { id }: Pick<View, "id">, days: number) => {
  expect((await send("DELETE", `/v1/${resource}/${id}`)).status).toBe(204);
  // With the search path of the service, whose triggers see to the links.
  await sql(`BEGIN; SET LOCAL search_path = customer, public;
    UPDATE ${resource.slice(0, -1)} SET deleted_at = now() - interval '${days} days' WHERE id = '${id}'; COMMIT`);
};
const isThere = async (resource: string, { id }: Pick<View, "id">) =>
  (await sql(`SELECT FROM customer.${resource.slice(0, -1)} WHERE id = $1`, [id])).length > 0;

beforeAll(async () => {
  customer = await startCustomer();
});
afterAll(() => customer.close());

describe("POST /v1/operations/:service/purge", () => {
  it("purges nothing where the company has not said after how many days", async () => {
    const account = await customer.create("accounts", { name: "Old" });
    await deleted("accounts", account, 4000);
    expect((await send<Preview>("GET", PATH)).body).toEqual({ days: null, data: [] });
    expect(await run()).toEqual({ purged: 0, remaining: 0 });
    expect(await due("?days=3650")).toMatchObject({ account: [1, 0], contact: [0, 0], view: [0, 0] });
    expect(await isThere("accounts", account)).toBe(true);
    await sql("UPDATE customer.account SET deleted_at = now() WHERE id = $1", [account.id]);
  });

  it("takes the row and all that hangs on it, and tells its end once, without a word of what it said", async () => {
    await send("POST", "/v1/accounts/fields", { name: "secret", type: "text", label: { en: "x", zh: "x" } });
    const data = { name: "Harbinskow", externalIds: [{ system: "erp", id: "H-1" }], custom: { secret: "Harbinskow" } };
    const [made] = await customer.import("accounts", [{ op: "create", data }]);
    const account = { id: made!.id! };
    const links = [{ type: "account", id: account.id }];
    const call = await customer.create("interactions", { kind: "call", occurredAt: new Date().toISOString(), links });
    await send("PUT", `/v1/accounts/${account.id}/pin`);
    await send("PATCH", `/v1/accounts/${account.id}`, { name: "Harbinskow 2" });
    await deleted("interactions", call, 31);
    await deleted("accounts", account, 31);
    const [fresh, somebody] = [await customer.create("accounts", { name: "Fresh" }), randomUUID()];
    await deleted("accounts", fresh, 29);
    await sql("INSERT INTO customer.recent VALUES ($1, 'accounts', $2, now())", [somebody, account.id]);
    await after(30);
    expect(await due()).toMatchObject({ account: [1, 0], interaction: [1, 0] });
    expect(await run()).toEqual({ purged: 2, remaining: 0 });
    expect([await isThere("accounts", account), await isThere("accounts", fresh)]).toEqual([false, true]);
    expect(await isThere("interactions", call)).toBe(false);
    for (const table of ["history", "external_id", "custom_value", "pin"])
      expect([table, await sql(`SELECT FROM customer.${table} WHERE record_id = $1`, [account.id])]).toEqual([
        table,
        [],
      ]);
    expect(await sql("SELECT FROM customer.recent WHERE user_id = $1", [somebody])).toEqual([]);
    expect(await sql("SELECT FROM customer.interaction_link WHERE interaction_id = $1", [call.id])).toEqual([]);
    expect((await customer.eventsOf(account.id)).at(-1)).toEqual(["customer.account.purged", 4, []]);
    const [event] = await sql<{ payload: string }>(
      "SELECT payload FROM customer.outbox WHERE type = 'customer.account.purged' AND key = $1",
      [account.id],
    );
    expect(JSON.parse(event!.payload)).toMatchObject({ actorid: "purge", origin: "system", data: { changed: [] } });
    expect(event!.payload).not.toContain("Harbinskow");
    for (const path of ["", "/history"])
      expect((await send("GET", `/v1/accounts/${account.id}${path}`)).status).toBe(404);
    expect((await send("POST", `/v1/accounts/${account.id}/restore`)).status).toBe(404);
    expect(await run()).toEqual({ purged: 0, remaining: 0 });
    const again = await customer.import("accounts", [{ op: "create", data }]);
    expect(again[0]).toMatchObject({ outcome: "created" });
  });

  it("forgets with what a record was deleted", async () => {
    const account = await customer.create("accounts", { name: "Root" });
    const contact = await customer.create("contacts", { lastName: "王", accountId: account.id });
    expect((await send("DELETE", `/v1/accounts/${account.id}?with=contacts`)).status).toBe(204);
    expect(await sql("SELECT resource, root_id FROM customer.deleted_with")).toEqual([
      { resource: "contacts", root_id: account.id },
    ]);
    await sql("UPDATE customer.contact SET deleted_at = now() - interval '31 days' WHERE id = $1", [contact.id]);
    expect(await run()).toEqual({ purged: 1, remaining: 0 });
    expect(await sql("SELECT FROM customer.deleted_with")).toEqual([]);
    expect((await send("POST", `/v1/accounts/${account.id}/restore`)).status).toBe(200);
  });

  it("takes the values that the rollback of an import would bring back", async () => {
    const { id } = await customer.create("accounts", { name: "Imported" });
    const [job, other] = [randomUUID(), randomUUID()];
    for (const one of [job, other])
      await sql(
        `INSERT INTO customer.import_job (id, resource, caller, owner_id, file_name, bytes, options, status)
         VALUES ($1, 'accounts', '{}', $2, 'x', 1, '{}', 'completed')`,
        [one, customer.admin.id],
      );
    await sql("INSERT INTO customer.import_change SELECT $1, $2, 1, false, 'x'", [job, id]);
    await sql("INSERT INTO customer.import_change SELECT $1, $2, 1, false, 'x'", [other, randomUUID()]);
    await sql("UPDATE customer.history SET job_id = $1 WHERE record_id = $2", [job, id]);
    await deleted("accounts", { id }, 31);
    expect(await run()).toEqual({ purged: 1, remaining: 0 });
    expect(await sql("SELECT job_id FROM customer.import_change")).toEqual([{ job_id: other }]);
  });

  const old = async (data: object = {}) => {
    const account = await customer.create("accounts", { name: "Held", ...data });
    return account;
  };
  const now = () => new Date().toISOString();
  it.each<[string, (id: string) => Promise<[resource: string, record: View]>]>([
    ["a contact", async (accountId) => ["contacts", await customer.create("contacts", { lastName: "王", accountId })]],
    ["an account below it", async (parentId) => ["accounts", await old({ parentId })]],
    [
      "an interaction",
      async (id) => [
        "interactions",
        await customer.create("interactions", { kind: "call", occurredAt: now(), links: [{ type: "account", id }] }),
      ],
    ],
    [
      "a field of the company",
      async (partnerId) => {
        const field = { name: "partnerId", type: "reference", target: "account", label: { en: "x", zh: "x" } };
        expect((await send("POST", "/v1/tasks/fields", field)).status).toBe(201);
        return ["tasks", await customer.create("tasks", { subject: "x", custom: { partnerId } })];
      },
    ],
  ])("leaves a record to which %s refers for as long as it does", async (_what, refer) => {
    const account = await old();
    const [resource, other] = await refer(account.id);
    await sql("UPDATE customer.account SET deleted_at = now() - interval '31 days' WHERE id = $1", [account.id]);
    expect((await due())["account"]).toEqual([0, 1]);
    expect(await run()).toEqual({ purged: 0, remaining: 0 });
    expect(await isThere("accounts", account)).toBe(true);
    await deleted(resource, other, 31);
    let purged = 0;
    for (let left = 2; left > 0; left -= 1) purged += (await run()).purged;
    expect(purged).toBe(2);
    expect(await isThere("accounts", account)).toBe(false);
  });

  it("goes on past what stays, 50 in a transaction and 500 at once", async () => {
    const parent = await old();
    await old({ parentId: parent.id });
    await sql("UPDATE customer.account SET deleted_at = now() - interval '90 days' WHERE id = $1", [parent.id]);
    const operations = Array.from({ length: 500 }, (_, n) => ({ op: "create", data: { name: `Many ${n}` } }));
    await customer.import("accounts", operations);
    await customer.import("accounts", operations.slice(0, 20));
    await sql("UPDATE customer.account SET deleted_at = now() - interval '40 days' WHERE name LIKE 'Many %'");
    expect(await run()).toEqual({ purged: 500, remaining: 20 });
    // The events of one transaction have one request id.
    const sizes = await sql(
      `SELECT count(*)::int AS n FROM customer.outbox WHERE type = 'customer.account.purged'
       GROUP BY payload::json->>'correlationid' HAVING count(*) > 1`,
    );
    expect(sizes).toEqual(Array.from({ length: 10 }, () => ({ n: 50 })));
    expect(await run()).toEqual({ purged: 20, remaining: 0 });
    expect(await isThere("accounts", parent)).toBe(true);
  });

  it("does nothing while another replica is at it", async () => {
    const account = await old();
    await deleted("accounts", account, 31);
    const { admin } = customer.database;
    const lock = "hashtextextended('purge customer', 0)";
    const other = await admin.connect();
    await other.query(`SELECT pg_advisory_lock(${lock})`);
    const meanwhile = await run().finally(() => other.release(true));
    expect(meanwhile).toEqual({ purged: 0, remaining: 1 });
    expect(await run()).toEqual({ purged: 1, remaining: 0 });
  });

  it("leaves a record that is restored meanwhile", async () => {
    const account = await old();
    await deleted("accounts", account, 31);
    const other = await customer.database.admin.connect();
    await other.query("BEGIN");
    await other.query("UPDATE customer.account SET deleted_at = NULL WHERE id = $1", [account.id]);
    const meanwhile = await run();
    await other.query("COMMIT");
    other.release();
    expect(meanwhile).toMatchObject({ purged: 0 });
    expect(await run()).toEqual({ purged: 0, remaining: 0 });
    expect(await customer.get(`/v1/accounts/${account.id}`)).toMatchObject({ name: "Held" });
  });
});

describe("GET /v1/operations/:service/purge", () => {
  it.each(["6", "3651", "0", "x", "07", "1e3"])("refuses %s days by name", async (days) => {
    expect(await send("GET", `${PATH}?days=${days}`)).toMatchObject({ status: 400, body: { code: "query.invalid" } });
  });

  it("is for who manages personal data", async () => {
    const other = { ...anOwner(), grants: { "customer.account.delete": "all" } } as const;
    for (const method of ["GET", "POST"]) expect((await send(method, PATH, undefined, other)).status).toBe(403);
  });
});
