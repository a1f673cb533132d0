import { anOwner, eventually } from "@kehu/testing";
import { readFile } from "node:fs/promises";
import { startCustomer, type Customer, type View } from "./customer.ts";

interface Answer {
  id: string;
  version: number;
  code?: string;
  detail?: string;
  conflicts?: { system: string; recordId: string | null }[];
  errors?: { field: string; code: string }[];
  results?: { outcome: string; id: string | null; errors: { code: string }[] }[];
}

let customer: Customer;
beforeAll(async () => {
  customer = await startCustomer();
});
afterAll(() => customer.close());

const called = (name: string) => ({ name, externalIds: [{ system: "erp", id: name }] });
const ask = (method: string, path: string, body?: object, as = customer.admin) =>
  customer.service.request<Answer>(as, method, `/v1/accounts${path}`, { body });
const restore = (id: string, as = customer.admin) => ask("POST", `/${id}/restore`, undefined, as);
const bulk = async (operation: object) => (await ask("POST", "/bulk", { operations: [operation] })).body.results![0]!;
const sql = async <R extends object>(text: string, ...values: unknown[]) =>
  (await customer.database.admin.query<R>(text, values)).rows;

async function deleted(name: string): Promise<View> {
  const record = await customer.create("accounts", called(name));
  expect((await customer.service.request(customer.admin, "DELETE", `/v1/accounts/${record.id}`)).status).toBe(204);
  return record;
}
const traces = () =>
  sql(`SELECT (SELECT count(*) FROM customer.history)::int AS history, (SELECT count(*) FROM customer.outbox)::int AS events,
    (SELECT json_agg(e ORDER BY system, external_id) FROM customer.external_id e) AS names`);

describe("POST /v1/accounts/:id/restore", () => {
  it("brings a record back whose names nobody has taken", async () => {
    const record = await deleted("r1");
    expect(await restore(record.id)).toMatchObject({ status: 200, body: { version: 3 } });
    expect(await ask("POST", "", called("r1"))).toMatchObject({ status: 409, body: { code: "external-id.taken" } });
  });

  it("names the record that has taken a name, and changes nothing; the name given up, it works", async () => {
    const old = await deleted("r2");
    const other = await customer.create("accounts", called("r2"));
    const before = await traces();
    const { status, body } = await restore(old.id);
    expect({ status, ...body }).toMatchObject({
      status: 409,
      code: "external-id.taken",
      detail: `The record ${other.id} has this id in the system erp.`,
      conflicts: [{ system: "erp", recordId: other.id }],
      errors: [{ field: "externalIds", code: "external-id.taken" }],
    });
    expect(await traces()).toEqual(before);
    expect((await ask("GET", `/${old.id}`)).status).toBe(404);
    expect((await ask("PATCH", `/${other.id}`, { externalIds: [] })).status).toBe(200);
    expect(await restore(old.id)).toMatchObject({ status: 200, body: { version: 3, externalIds: [{ id: "r2" }] } });
  });

  it("takes a name back from a record that was deleted since", async () => {
    const old = await deleted("r3");
    const other = await deleted("r3");
    expect((await restore(old.id)).status).toBe(200);
    expect((await restore(other.id)).body.conflicts).toEqual([{ system: "erp", recordId: old.id }]);
  });

  it("does not name a record out of the caller's reach", async () => {
    const owner = anOwner();
    const { body: mine } = await ask("POST", "", called("r4"), owner);
    await ask("DELETE", `/${mine.id}`, undefined, owner);
    const other = await customer.create("accounts", called("r4"));
    const { status, body } = await restore(mine.id, owner);
    expect([status, body.code, body.conflicts]).toEqual([
      409,
      "external-id.taken",
      [{ system: "erp", recordId: null }],
    ]);
    expect(JSON.stringify(body)).not.toContain(other.id);
  });
});

describe("the name of a deleted record", () => {
  it("is free for a new one, also in bulk, and for one that is there", async () => {
    const gone = await deleted("n1");
    const { status, body } = await ask("POST", "", called("n1"));
    expect(status).toBe(201);
    await deleted("n2");
    expect(await bulk({ op: "create", data: called("n2") })).toMatchObject({ outcome: "created" });
    await deleted("n3");
    expect((await ask("PATCH", `/${body.id}`, { externalIds: called("n3").externalIds })).status).toBe(200);
    expect((await restore(gone.id)).status).toBe(200);
  });

  it("keeps an upsert from doubling what was deleted, until another record has it", async () => {
    await deleted("n4");
    const upsert = { op: "upsert", data: called("n4") };
    expect(await bulk(upsert)).toMatchObject({ outcome: "failed", errors: [{ code: "import.target-deleted" }] });
    const { body } = await ask("POST", "", called("n4"));
    expect(await bulk(upsert)).toMatchObject({ outcome: "unchanged", id: body.id });
  });

  it("goes to one of many that want it at once", async () => {
    const gone = await deleted("n5");
    const many = Array.from({ length: 8 }, () => ask("POST", "", called("n5")));
    const answers = await Promise.all([...many, restore(gone.id)]);
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(8);
    const live = "SELECT id FROM customer.account WHERE deleted_at IS NULL AND external_ids @> $1";
    const [record, ...more] = await sql<{ id: string }>(live, JSON.stringify(called("n5").externalIds));
    expect(more).toEqual([]);
    expect(await sql("SELECT record_id AS id, is_free FROM customer.external_id WHERE external_id = 'n5'")).toEqual([
      { id: record!.id, is_free: false },
    ]);
  });

  it("is not taken from a record that comes back in the same moment", async () => {
    const gone = await deleted("n8");
    const waiting = (count: number) =>
      eventually(async () => {
        const query = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        expect(await sql(query)).toHaveLength(count);
      });
    const holder = await customer.database.admin.connect();
    await holder.query("BEGIN; SELECT FROM customer.external_id WHERE external_id = 'n8' FOR UPDATE");
    const first = restore(gone.id);
    await waiting(1);
    const second = ask("POST", "", called("n8"));
    await waiting(2);
    await holder.query("ROLLBACK");
    holder.release();
    expect([(await first).status, (await second).status]).toEqual([200, 409]);
  });

  it("is free, too, where it was deleted before an update", async () => {
    const [gone, back] = [await deleted("n6"), await deleted("n7")];
    await restore(back.id);
    const states = "SELECT external_id, is_free FROM customer.external_id WHERE record_id = ANY($1) ORDER BY 1";
    const before = await sql(states, [gone.id, back.id]);
    expect(before).toEqual([
      { external_id: "n6", is_free: true },
      { external_id: "n7", is_free: false },
    ]);
    await sql("UPDATE customer.external_id SET is_free = false");
    const migration = await readFile("libs/records/migrations/0017-names-of-deleted-records.sql", "utf8");
    const statement = migration.slice(migration.indexOf("UPDATE"));
    await sql(statement.replace("external_id", "customer.external_id").replace("history", "customer.history"));
    expect(await sql(states, [gone.id, back.id])).toEqual(before);
  });
});

describe("POST /v1/accounts/bulk", () => {
  const one = { system: "erp north", id: "7" };
  const other = { system: "erp", id: "north 7" };
  const account = (name: string, known: object, more: object = {}) => ({
    op: "upsert",
    data: { name, externalIds: [known], ...more },
  });

  it("tells names apart whose systems have spaces in theirs, those it makes and those that are there", async () => {
    const operations = [account("North", one), account("Plain", other)];
    const outcomes = async () =>
      (await ask("POST", "/bulk", { operations })).body.results!.map(({ outcome }) => outcome);
    expect(await outcomes()).toEqual(["created", "created"]);
    expect(await outcomes()).toEqual(["unchanged", "unchanged"]);
  });

  it("tells them apart where records refer to others by them", async () => {
    const operations = [one, other].map((externalId, n) => ({
      op: "create",
      data: { name: `Child ${n}`, parentId: { externalId } },
    }));
    const { results } = (await ask("POST", "/bulk", { operations })).body;
    const children = await Promise.all(results!.map(({ id }) => customer.get(`/v1/accounts/${id}`)));
    expect(children.map(({ parentName }) => parentName)).toEqual(["North", "Plain"]);
  });
});
