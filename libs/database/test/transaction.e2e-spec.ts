import { setTimeout as wait } from "node:timers/promises";
import { testDatabase, type TestDatabase } from "@kehu/testing";
import { Database, isTransient } from "../src/index.ts";

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

  it("keeps nothing of a batch in which a value cannot be sent", async () => {
    const unsendable = {
      toPostgres() {
        throw new Error("cannot be sent");
      },
    };
    const attempt = database.transaction(async (tx) => {
      await tx.query(ALL);
      void tx.queue(ADD, ["a"]);
      void tx.queue(ADD, [unsendable]);
    });
    await expect(attempt).rejects.toThrow("cannot be sent");
    expect(await items()).toEqual([]);
    await database.transaction((tx) => Promise.all([tx.query(ADD, ["b"]), tx.query(ALL)]));
    expect(await items()).toEqual(["b"]);
  });

  it("leaves no transaction open where the work fails before anything is sent", async () => {
    await expect(database.transaction(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await expect(
      database.transaction((tx) => {
        void tx.queue(ADD, ["a"]);
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    const { rows: open } = await test.admin.query(
      "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
    );
    expect(open).toEqual([]);
    expect(await items()).toEqual([]);
  });

  it("reads rows alike, whether or not the connection has been told what the statement returns", async () => {
    const KINDS = `SELECT 1 AS whole, 2::bigint AS large, '3.10'::numeric AS exact, 'x' AS text, NULL::text AS none, true AS yes,
      '2026-01-02'::date AS day, '2026-01-02T03:04:05Z'::timestamptz AS instant, '{"a":[1]}'::jsonb AS json, '{a,b}'::text[] AS list`;
    const row = {
      ...{ whole: 1, large: "2", exact: "3.10", text: "x", none: null, yes: true, day: "2026-01-02" },
      ...{ instant: new Date("2026-01-02T03:04:05Z"), json: { a: [1] }, list: ["a", "b"] },
    };
    const rows = await database.transaction(async (tx) => {
      const together = [tx.query(KINDS), tx.query(ALL), tx.query(KINDS), tx.queryOnce(KINDS)];
      return [...(await Promise.all(together)), await tx.query(KINDS), await tx.queryOnce(KINDS)];
    });
    expect(rows).toEqual([[row], [], [row], [row], [row], [row]]);
    expect(await database.query(KINDS)).toEqual([row]);
  });

  it("prepares again what the server did not come to", async () => {
    const COUNT = "SELECT count(*)::integer AS count FROM item";
    await expect(
      database.transaction((tx) => Promise.all([tx.query("SELECT 1 / 0"), tx.query(COUNT)])),
    ).rejects.toMatchObject({ code: "22012" });
    for (let i = 0; i < 12; i++) {
      expect(await database.transaction((tx) => tx.query(COUNT))).toEqual([{ count: 0 }]);
    }
  });

  it("commits what was queued, and then runs the effects", async () => {
    const effects: string[] = [];
    const { rows } = await database.transaction((tx) => {
      const rows = tx.queue(`${ADD} RETURNING id`, ["a"]);
      tx.afterCommit(() => effects.push("a"));
      return Promise.resolve({ rows });
    });
    expect([await rows, await items(), effects]).toEqual([[{ id: "a" }], ["a"], ["a"]]);
  });

  it("keeps nothing, and runs no effect, where a queued statement fails", async () => {
    const effects: string[] = [];
    const attempt = database.transaction(async (tx) => {
      await tx.query(ADD, ["a"]);
      void tx.queue(ADD, ["a"]);
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
      void tx.queue("SELECT pg_sleep($1::float)", ["5"]);
      setTimeout(() => void test.admin.query("SELECT pg_terminate_backend($1)", [pid]), 50);
    });
    await expect(attempt).rejects.toMatchObject({
      code: "database.commit-unknown",
      members: { outcome: "unknown" },
    });
    expect(await items()).toEqual([]);
  });

  describe("on a connection whose server does not answer", () => {
    const PID = "SELECT pg_backend_pid() AS pid";
    let hasty: Database;
    beforeAll(() => {
      const { pool, url } = test.open("customer");
      hasty = new Database(pool, url, 1_500);
    });
    const pid = async () => (await hasty.query<{ pid: number }>(PID))[0]!.pid;

    it("gives it up, and goes on with another", async () => {
      const [first, began] = [await pid(), performance.now()];
      const attempt = hasty.query("SELECT pg_sleep($1::float)", [4.5]);
      await expect(attempt).rejects.toThrow("Query read timeout");
      await attempt.catch((error: unknown) => expect(isTransient(error)).toBe(true));
      expect(performance.now() - began).toBeLessThan(4_500);
      expect(await pid()).not.toBe(first);
    });

    it("gives up a transaction, of which nothing is kept", async () => {
      const attempt = hasty.transaction(async (tx) => {
        await tx.query(ADD, ["a"]);
        await tx.query("SELECT pg_sleep($1::float)", [4.5]);
      });
      await expect(attempt).rejects.toThrow("Query read timeout");
      expect(await items()).toEqual([]);
    });

    it("leaves alone a connection that nobody asks", async () => {
      const first = await pid();
      await wait(2_000);
      expect(await pid()).toBe(first);
      const within = await hasty.transaction(async (tx) => {
        await tx.query(ADD, ["b"]);
        await wait(2_000);
        return tx.query(ALL);
      });
      expect(within).toEqual([{ id: "b" }]);
    });
  });
});
