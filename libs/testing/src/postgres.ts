import {
  applicationUrl,
  applySchemas,
  connectionOptions,
  createDatabase,
  Database,
  dropDatabase,
  urlOfDatabase,
} from "@kehu/database";
import pg from "pg";

const PASSWORD = "test";

/** A database of real Postgres for one Jest worker. */
export interface TestDatabase {
  /** Superuser's URL. */
  readonly adminUrl: string;
  /** Superuser's connections, for what a test must see or break from outside. */
  readonly admin: pg.Pool;
  /** URL of the application role of a schema. */
  url(schema: string): string;
  /** A Database as the service of that schema has it, with a pool of 10; `close` ends it. */
  open(schema: string): Database;
  /** Empties every table of every schema but those of these names; what migrations inserted goes too. */
  emptyTables(...keep: string[]): Promise<void>;
  /** Ends all connections that were opened here. */
  close(): Promise<void>;
}

/**
 * The worker's own database, made anew (once per spec file is enough), with the schemas of the asked services and `bus`
 * as their migrations leave them. The server comes from tools/jest-setup.mjs.
 *
 * @param schemas names of Postgres schemas, e.g. `customer`
 */
export async function testDatabase(...schemas: string[]): Promise<TestDatabase> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server)
    throw new Error("TEST_DATABASE_URL is missing: run this through Jest, whose global setup starts Postgres.");
  const adminUrl = urlOfDatabase(server, `w${process.env.JEST_WORKER_ID ?? "1"}`);
  await dropDatabase(adminUrl);
  await createDatabase(adminUrl);
  await applySchemas(adminUrl, Object.fromEntries(schemas.map((schema) => [schema, PASSWORD])));
  const admin = new pg.Pool({ connectionString: adminUrl, max: 4 });
  admin.on("error", () => undefined);
  const pools: pg.Pool[] = [admin];
  return {
    adminUrl,
    admin,
    url: (schema) => applicationUrl(adminUrl, schema, PASSWORD),
    open(schema) {
      const url = applicationUrl(adminUrl, schema, PASSWORD);
      const pool = new pg.Pool({ ...connectionOptions(url), max: 10 });
      pools.push(pool);
      return new Database(pool, url);
    },
    emptyTables: (...keep) => emptyTables(admin, keep),
    close: async () => {
      await Promise.all(pools.splice(0).map((pool) => pool.end()));
    },
  };
}

async function emptyTables(admin: pg.Pool, keep: string[]): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename <> ALL ($1)`,
    [["applied_migration", ...keep]],
  );
  if (rows.length > 0) await admin.query(`TRUNCATE ${rows.map((row) => row.name).join(", ")} RESTART IDENTITY CASCADE`);
}
