import { anOwner, eventually, publish } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type View } from "./customer.ts";

interface Found {
  place: string;
  target: string;
  missing: number;
  deleted: number;
  examples: { id: string; target: string; is: string }[];
}

interface Part {
  rows: number;
  data: Found[];
  next: string | null;
}

const PATH = "/v1/operations/customer/orphans";
const NOBODY = randomUUID();

let customer: Customer;
let account: View;
let contact: View;

const sql = (text: string) =>
  customer.database.admin.query(`BEGIN; SET LOCAL search_path = customer, public; ${text}; COMMIT`);
const send = <B>(method: string, path: string, body?: object, as = customer.admin) =>
  customer.service.request<B>(as, method, path, { body });
const part = async (query = "") => {
  const { status, body } = await send<Part>("GET", `${PATH}${query}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
};
const places = async () => {
  const { data, next } = await part();
  expect(next).toBeNull();
  return Object.fromEntries(data.map(({ place, missing, deleted }) => [place, [missing, deleted] as const]));
};
const toDelete = async (path: string) => expect((await send("DELETE", path)).status).toBe(204);

beforeAll(async () => {
  customer = await startCustomer();
  await publish(customer.database, "identity.user.updated", { id: customer.admin.id, name: "Li Na" });
  await eventually(async () => {
    const { rows } = await customer.database.admin.query("SELECT FROM customer.user_copy");
    expect(rows).toHaveLength(1);
  });
  const partner = { name: "partnerId", type: "reference", target: "account", label: { en: "x", zh: "x" } };
  expect((await send("POST", "/v1/contacts/fields", partner)).status).toBe(201);
  account = await customer.create("accounts", { name: "A", externalIds: [{ system: "erp", id: "1" }] });
  contact = await customer.create("contacts", { lastName: "王", accountId: account.id });
  const links = [{ type: "account", id: account.id }];
  const occurredAt = new Date().toISOString();
  await customer.create("interactions", { kind: "call", occurredAt, links });
  await customer.create("tasks", { subject: "x", links });
  await send("PUT", `/v1/accounts/${account.id}/pin`);
  await send("PUT", `/v1/accounts/${account.id}/collaborators/user/${customer.admin.id}`, { access: "read" });
});
afterAll(() => customer.close());

describe("GET /v1/operations/:service/orphans", () => {
  it("finds none where all is in order, and says how many rows it has looked at", async () => {
    const { rows, ...found } = await part();
    expect(found).toEqual({ data: [], next: null });
    expect(rows).toBeGreaterThan(20);
  });

  it("finds none in what was deleted with all that refers to it, and its own rows that would be restored", async () => {
    const gone = await customer.create("accounts", { name: "Gone", externalIds: [{ system: "erp", id: "2" }] });
    const below = await customer.create("contacts", { lastName: "李", accountId: gone.id });
    await toDelete(`/v1/contacts/${below.id}`);
    await toDelete(`/v1/accounts/${gone.id}`);
    expect(await places()).toEqual({});
  });

  const link = `jsonb_build_array(jsonb_build_object('type', 'lead', 'id', '${NOBODY}'))`;
  const shared = `jsonb_build_array(jsonb_build_object('type', 'user', 'id', '${NOBODY}'))`;
  const ofA = "WHERE name = 'A'";
  const user = randomUUID();
  it.each<[string, string, harm: string, undo: string]>([
    [
      "contacts.accountId",
      "a column",
      `UPDATE contact SET account_id = '${NOBODY}'`,
      `UPDATE contact SET account_id = (SELECT id FROM account ${ofA})`,
    ],
    [
      "contacts.ownerId",
      "an owner",
      `UPDATE contact SET owner_id = '${NOBODY}'`,
      "UPDATE contact SET owner_id = (SELECT id FROM user_copy)",
    ],
    [
      "accounts.teamId",
      "a pool",
      `UPDATE account SET team_id = '${NOBODY}' ${ofA}`,
      "UPDATE account SET team_id = NULL",
    ],
    [
      "interactions.links.lead",
      "a link to a record of another service",
      `UPDATE interaction SET links = ${link}`,
      "UPDATE interaction SET links = '[]'",
    ],
    [
      "accounts.collaborators.user",
      "somebody with whom it is shared",
      `UPDATE account SET collaborators = ${shared} ${ofA}`,
      `UPDATE account SET collaborators = '[]'`,
    ],
    [
      "contacts.custom.partnerId",
      "a field of the company",
      `UPDATE contact SET custom = jsonb_build_object('partnerId', '${NOBODY}')`,
      "UPDATE contact SET custom = '{}'",
    ],
    [
      "accounts in external_id",
      "a name in another system",
      `INSERT INTO external_id VALUES ('account', 'x', 'x', '${NOBODY}')`,
      "DELETE FROM external_id WHERE system = 'x'",
    ],
    [
      "accounts in custom_value",
      "a value of a field of the company",
      `INSERT INTO custom_value VALUES ('${NOBODY}', 'accounts.x', 0, 'x')`,
      "DELETE FROM custom_value",
    ],
    ["accounts in pin", "a pin", `INSERT INTO pin VALUES ('${user}', 'accounts', '${NOBODY}')`, "DELETE FROM pin"],
    [
      "accounts in recent",
      "what somebody looked at last",
      `INSERT INTO recent VALUES ('${user}', 'accounts', '${NOBODY}', now())`,
      `DELETE FROM recent WHERE user_id = '${user}'`,
    ],
    [
      "contacts in history",
      "history",
      `UPDATE history SET record_id = '${NOBODY}' WHERE record_id = (SELECT id FROM contact WHERE last_name = '王')`,
      `UPDATE history SET record_id = (SELECT id FROM contact WHERE last_name = '王') WHERE record_id = '${NOBODY}'`,
    ],
  ])("finds in %s what is missing, and nothing else: %s", async (place, _what, harm, undo) => {
    await sql(harm);
    const { data } = await part();
    await sql(undo);
    expect(data.map((one) => one.place)).toEqual([place]);
    expect(data[0]!.missing).toBeGreaterThan(0);
    expect(data[0]!.deleted).toBe(0);
    expect(data[0]!.examples[0]).toEqual({ id: expect.any(String), target: NOBODY, is: "missing" });
    expect(await places()).toEqual({});
  });

  it("finds what does not look like an id", async () => {
    await sql(`UPDATE contact SET custom = '{"partnerId": "nobody"}' WHERE last_name = '王'`);
    expect((await part()).data).toEqual([
      {
        place: "contacts.custom.partnerId",
        target: "account",
        missing: 1,
        deleted: 0,
        examples: [{ id: contact.id, target: "nobody", is: "missing" }],
      },
    ]);
    await sql("UPDATE contact SET custom = '{}'");
  });

  it("finds references of live records to one that is deleted, here or in a copy", async () => {
    const lead = randomUUID();
    await publish(customer.database, "sales.lead.created", { id: lead, deletedAt: new Date().toISOString() });
    await eventually(async () => {
      const { rows } = await customer.database.admin.query("SELECT FROM customer.lead_copy WHERE id = $1", [lead]);
      expect(rows).toHaveLength(1);
    });
    await sql(`UPDATE task SET links = jsonb_build_array(jsonb_build_object('type', 'lead', 'id', '${lead}'))`);
    await toDelete(`/v1/accounts/${account.id}`);
    expect(await places()).toEqual({
      "contacts.accountId": [0, 1],
      "tasks.links.lead": [0, 1],
    });
  });

  it("comes in parts that together are the whole, with at most 100 examples of each place", async () => {
    await sql(
      `INSERT INTO external_id SELECT 'account', 'many', n::text, gen_random_uuid() FROM generate_series(1, 12000) n`,
    );
    const [places, nexts] = [new Map<string, Found>(), new Set<string>()];
    for (let query = ""; ;) {
      const { data, next, rows } = await part(query);
      expect(rows).toBeLessThan(30_000);
      for (const one of data) {
        expect(one.examples.length).toBeLessThanOrEqual(100);
        const missing = (places.get(one.place)?.missing ?? 0) + one.missing;
        places.set(one.place, { ...one, missing });
      }
      if (next === null) break;
      expect(nexts.has(next)).toBe(false);
      nexts.add(next);
      query = `?after=${encodeURIComponent(next)}`;
    }
    expect(nexts.size).toBeGreaterThan(1);
    expect(places.get("accounts in external_id")!.missing).toBe(12_000);
    await sql("DELETE FROM external_id WHERE system = 'many'");
  });

  it.each(["x", "accounts.teamId", `nothing.x:${NOBODY}`, "accounts.teamId:x"])("refuses after=%s", async (after) => {
    expect(await send("GET", `${PATH}?after=${after}`)).toMatchObject({
      status: 400,
      body: { code: "cursor.invalid" },
    });
  });

  it("is for who reads the bus", async () => {
    const other = { ...anOwner(), grants: { "customer.account.read": "all" } } as const;
    expect((await send("GET", PATH, undefined, other)).status).toBe(403);
  });
});
