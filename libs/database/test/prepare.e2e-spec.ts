import { applySchemas, Database, prepareDatabase } from "@kehu/database";
import { testDatabase, type TestDatabase } from "@kehu/testing";

describe("prepareDatabase", () => {
  let db: TestDatabase;
  let customer: Database;

  beforeAll(async () => {
    db = await testDatabase("customer", "sales");
    customer = db.open("customer");
    await db.admin.query(`
      SET ROLE w${process.env.JEST_WORKER_ID ?? "1"}_customer_owner;
      CREATE TABLE customer.mine (id int GENERATED ALWAYS AS IDENTITY, path extensions.ltree);
      RESET ROLE;
      SET ROLE w${process.env.JEST_WORKER_ID ?? "1"}_sales_owner;
      CREATE TABLE sales.theirs (id int);
      RESET ROLE;
      SET ROLE w${process.env.JEST_WORKER_ID ?? "1"}_bus_owner;
      CREATE TABLE bus.ours (id int);
      RESET ROLE`);
  });
  afterAll(() => db.close());

  it("lets a service work in its own schema and in bus, without naming them", async () => {
    await customer.query("INSERT INTO mine (path) VALUES ('a.b')");
    expect(await customer.query("SELECT id, path FROM mine WHERE path <@ 'a'")).toEqual([{ id: 1, path: "a.b" }]);
    await customer.query("UPDATE mine SET path = 'a.c'");
    await customer.query("DELETE FROM mine");
    await customer.query("INSERT INTO ours VALUES (1)");
    expect(await customer.query("SELECT id FROM bus.ours")).toEqual([{ id: 1 }]);
  });

  it.each([
    ["read another service's schema", "SELECT * FROM sales.theirs"],
    ["make a table", "CREATE TABLE customer.more (id int)"],
    ["change a table", "ALTER TABLE customer.mine ADD COLUMN more int"],
    ["make a schema", "CREATE SCHEMA more"],
    ["rewrite what was migrated", "DELETE FROM applied_migration"],
    ["become the owner", `SET ROLE w${process.env.JEST_WORKER_ID ?? "1"}_customer_owner`],
  ])("does not let it %s", async (_deed, sql) => {
    await expect(customer.queryOnce(sql)).rejects.toMatchObject({ code: "42501" });
  });

  it("gives every login its limits, whatever its client asks for", async () => {
    const url = db.url("customer");
    const plain = new Database(new (await import("pg")).default.Pool({ connectionString: url, max: 1 }), url);
    const settings = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone"];
    const values = await Promise.all(settings.map((name) => plain.queryOnce<Record<string, string>>(`SHOW ${name}`)));
    await plain.pool.end();
    expect(values.map(([row]) => Object.values(row ?? {})[0])).toEqual(["5s", "2s", "30s", "UTC"]);
  });

  it("can run several times at once, and again", async () => {
    const passwords = { customer: "test", sales: "test", identity: "test" };
    await Promise.all([1, 2, 3].map(() => prepareDatabase(db.adminUrl, passwords)));
    const { rows } = await db.admin.query("SELECT nspname FROM pg_namespace WHERE nspname = 'identity'");
    expect(rows).toHaveLength(1);
  });

  it("changes a password", async () => {
    await applySchemas(db.adminUrl, { customer: "another" });
    await expect(db.open("customer").query("SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    await applySchemas(db.adminUrl, { customer: "test" });
    expect(await db.open("customer").query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});
