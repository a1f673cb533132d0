import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "@kehu/database";
import { eventually, testDatabase, type TestDatabase } from "@kehu/testing";

const ROOT = new URL("../../../", import.meta.url);

describe("migrate", () => {
  let db: TestDatabase;
  let base: string;
  let folder: string;

  beforeEach(async () => {
    db = await testDatabase("sales");
    base = await mkdtemp(join(tmpdir(), "kehu-migrate-"));
    folder = join(base, "apps", "shop", "migrations");
    await mkdir(folder, { recursive: true });
  });
  afterEach(async () => {
    await db.close();
    await rm(base, { recursive: true });
  });

  const file = (name: string, sql: string) => writeFile(join(folder, name), sql);
  const run = () => migrate(db.adminUrl, "sales", [folder]);
  const rows = async (sql: string) => (await db.admin.query<Record<string, unknown>>(sql)).rows;

  /** The runner in a process of its own, so that a test can kill it. */
  const runElsewhere = () =>
    spawn(
      process.execPath,
      ["--conditions=source", "--import", "./tools/swc-hook.mjs", "--input-type=module", "-e", PROGRAM],
      { cwd: ROOT, env: { ...process.env, ADMIN_URL: db.adminUrl, FOLDER: folder }, stdio: "inherit" },
    );
  const PROGRAM = `
    const { migrate } = await import("@kehu/database");
    await migrate(process.env.ADMIN_URL, "sales", [process.env.FOLDER]);`;

  it("applies each file once, in order, when three run at once", async () => {
    await file("0001-made.sql", "CREATE TABLE made (step int); SELECT pg_sleep(0.1); INSERT INTO made VALUES (1)");
    await file("0002-more.sql", "INSERT INTO made VALUES (2)");
    const applied = await Promise.all([run(), run(), run()]);
    expect(applied.flat()).toEqual(["shop/0001-made.sql", "shop/0002-more.sql"]);
    expect(await rows("SELECT step FROM sales.made")).toEqual([{ step: 1 }, { step: 2 }]);
  });

  it("leaves nothing of a file that fails, and names it", async () => {
    await file("0001-made.sql", "CREATE TABLE made (step int)");
    await file("0002-broken.sql", "INSERT INTO made VALUES (2); SELECT 1/0");
    await expect(run()).rejects.toThrow("The migration shop/0002-broken.sql failed: division by zero");
    expect(await rows("SELECT step FROM sales.made")).toEqual([]);
    await file("0002-broken.sql", "INSERT INTO made VALUES (2)");
    expect(await run()).toEqual(["shop/0002-broken.sql"]);
  });

  it("refuses a file that was changed after it was applied, and applies nothing", async () => {
    await file("0001-made.sql", "CREATE TABLE made (step int)");
    await run();
    await file("0001-made.sql", "CREATE TABLE made (step bigint)");
    await file("0002-more.sql", "INSERT INTO made VALUES (2)");
    await expect(run()).rejects.toThrow("shop/0001-made.sql was applied with another text");
    expect(await rows("SELECT step FROM sales.made")).toEqual([]);
  });

  it("takes the same file with the line ends of Windows for the same file", async () => {
    await file("0001-made.sql", "CREATE TABLE made (\n step int)");
    await run();
    await file("0001-made.sql", "CREATE TABLE made (\r\n step int)");
    expect(await run()).toEqual([]);
  });

  it("goes on where a killed run stopped", async () => {
    await file("0001-made.sql", "CREATE TABLE made (step int)");
    await file("0002-slow.sql", "INSERT INTO made VALUES (2); SELECT pg_sleep(1.5)");
    const killed = runElsewhere();
    const sleeping = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
    await eventually(async () => (await rows(sleeping)).length > 0);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    await file("0003-last.sql", "INSERT INTO made VALUES (3)");
    expect(await run()).toEqual(["shop/0002-slow.sql", "shop/0003-last.sql"]);
    expect(await rows("SELECT step FROM sales.made")).toEqual([{ step: 2 }, { step: 3 }]);
  });

  it("runs a file outside a transaction where its first line asks for that", async () => {
    await file("0001-made.sql", "CREATE TABLE made (step int)");
    await file(
      "0002-index.sql",
      "-- no transaction\nDROP INDEX CONCURRENTLY IF EXISTS made_step;\nCREATE INDEX CONCURRENTLY made_step ON made (step);\n",
    );
    expect(await run()).toEqual(["shop/0001-made.sql", "shop/0002-index.sql"]);
    expect(await rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'sales.made_step'::regclass")).toEqual([
      { indisvalid: true },
    ]);
  });

  it("waits only a moment for a lock, lets others work, and tries again", async () => {
    await file("0001-made.sql", "CREATE TABLE made (step int)");
    await run();
    await file("0002-column.sql", "ALTER TABLE made ADD COLUMN more int");
    const holder = await db.admin.connect();
    await holder.query("BEGIN; LOCK TABLE sales.made IN ACCESS SHARE MODE");
    const running = run();
    const attempts = new Set<unknown>();
    await eventually(async () => {
      for (const { start } of await rows(
        `SELECT query_start::text AS start FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'ALTER%'`,
      )) {
        attempts.add(start);
      }
      return attempts.size > 1;
    });
    await holder.query("COMMIT");
    holder.release();
    expect(await running).toEqual(["shop/0002-column.sql"]);
  });

  it("takes a folder that is not there for an empty one", async () => {
    expect(await migrate(db.adminUrl, "sales", [join(base, "absent")])).toEqual([]);
  });
});
