import { testDatabase, type TestDatabase } from "@kehu/testing";
import type { Database } from "../src/index.ts";

describe("Database.transaction", () => {
  let test: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    test = await testDatabase("customer");
    database = test.open("customer");
    await test.admin.query("CREATE TABLE customer.item (id text PRIMARY KEY)");
    await test.admin.query("GRANT ALL ON customer.item TO PUBLIC");
  });
  beforeEach(() => test.admin.query("TRUNCATE customer.item"));
  afterAll(() => test.close());

  const ADD = "INSERT INTO item (id) VALUES ($1)";
  const ALL = "SELECT id FROM item ORDER BY id";
  const items = async () => (await database.query<{ id: string }>(ALL)).map(({ id }) => id);

  it("runs statements that do not wait for each other in the order in which they were sent", async () => {
    const [, before, , after] = await database.transaction((tx) =>
      Promise.all([tx.query(ADD, ["a"]), tx.query(ALL), tx.query(ADD, ["b"]), tx.query(ALL)]),
    );
    expect([before, after]).toEqual([[{ id: "a" }], [{ id: "a" }, { id: "b" }]]);
  });

  it("fails a statement behind one that failed with the error of that, and keeps nothing", async () => {
    const attempt = database.transaction(async (tx) => {
      const sent = [tx.query(ADD, ["a"]), tx.query(ADD, ["a"]), tx.query(ADD, ["b"])];
      const [, , last] = await Promise.allSettled(sent);
      throw (last as PromiseRejectedResult).reason;
    });
    await expect(attempt).rejects.toMatchObject({ code: "23505" });
    expect(await items()).toEqual([]);
  });

  it("commits what was queued, and then runs the effects", async () => {
    const effects: string[] = [];
    await database.transaction((tx) => {
      tx.queue(ADD, ["a"]);
      tx.afterCommit(() => effects.push("a"));
      return Promise.resolve();
    });
    expect([await items(), effects]).toEqual([["a"], ["a"]]);
  });

  it("keeps nothing, and runs no effect, where a queued statement fails", async () => {
    const effects: string[] = [];
    const attempt = database.transaction(async (tx) => {
      await tx.query(ADD, ["a"]);
      tx.queue(ADD, ["a"]);
      tx.afterCommit(() => effects.push("a"));
    });
    await expect(attempt).rejects.toMatchObject({ code: "23505" });
    expect([await items(), effects]).toEqual([[], []]);
    await database.transaction((tx) => tx.query(ADD, ["b"]));
    expect(await items()).toEqual(["b"]);
  });

  it("says that the outcome is unknown where the connection is lost at COMMIT", async () => {
    const attempt = database.transaction(async (tx) => {
      const [{ pid } = { pid: 0 }] = await tx.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      await tx.query(ADD, ["a"]);
      tx.queue("SELECT pg_sleep($1::float)", ["5"]);
      setTimeout(() => void test.admin.query("SELECT pg_terminate_backend($1)", [pid]), 50);
    });
    await expect(attempt).rejects.toMatchObject({
      code: "database.commit-unknown",
      members: { outcome: "unknown" },
    });
    expect(await items()).toEqual([]);
  });
});
