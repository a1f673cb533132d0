import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { escapeIdentifier as name, type Client } from "pg";
import { databaseOf, rolesOf } from "./roles.ts";
import { withAdvisoryLock, withConnection } from "./session.ts";

interface Migration {
  /** `<folder>/<file>`, the key of what was applied. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text with Unix line ends, in hex. */
  readonly checksum: string;
}

/** How long one attempt waits for a lock, and how often it tries: services at work go first, and are never held up for long. */
const LOCK_TIMEOUT = "3s";
const LOCK_ATTEMPTS = 20;
const LOCK_NOT_AVAILABLE = "55P03";

/** A migration that was applied does not have the text any more that it had then. */
export class MigrationChanged extends Error {
  constructor(migration: string) {
    super(`The migration ${migration} was applied with another text. Restore the file and make a new one.`);
    this.name = "MigrationChanged";
  }
}

/**
 * Applies the SQL files of `folders` to one schema, as its owner, each once and each in a transaction of its own, in
 * the order of folders and of file names. Runs on several machines at once take turns (advisory lock on a connection
 * of its own), and a run that died is taken up where it stopped.
 *
 * A file whose first line is `-- no transaction` (CREATE INDEX CONCURRENTLY) runs outside one, statement by statement;
 * a statement ends with `;` at the end of a line. Killed in the middle it runs again, so each statement must bear that.
 *
 * @param adminUrl a role that is a member of the schema's owner (see prepareDatabase)
 * @param folders absolute paths; a folder that is not there holds nothing
 * @returns the names of the files that were applied now
 * @throws MigrationChanged naming the file, before anything is applied
 */
export async function migrate(adminUrl: string, schema: string, folders: readonly string[]): Promise<string[]> {
  const migrations = (await Promise.all(folders.map(readFolder))).flat();
  return withAdvisoryLock(adminUrl, `kehu.migrate.${schema}`, () =>
    withConnection(adminUrl, async (client) => {
      await takeOwnership(client, adminUrl, schema);
      const applied = await readApplied(client);
      const pending = migrations.filter((migration) => !isApplied(migration, applied));
      for (const migration of pending) await applyWithPatience(client, migration);
      return pending.map((migration) => migration.name);
    }),
  );
}

/** The folder's name in what was applied: the library or app that it stands in, e.g. `messaging` for libs/messaging/migrations. */
function ownerOfFolder(folder: string): string {
  const parts = folder.split(/[\\/]/);
  return parts[Math.max(parts.lastIndexOf("libs"), parts.lastIndexOf("apps")) + 1] ?? basename(dirname(folder));
}

async function readFolder(folder: string): Promise<Migration[]> {
  const files = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  });
  const names = files.filter((file) => file.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (file) => {
      const sql = (await readFile(join(folder, file), "utf8")).replaceAll("\r\n", "\n");
      return {
        name: `${ownerOfFolder(folder)}/${file}`,
        sql,
        checksum: createHash("sha256").update(sql).digest("hex"),
      };
    }),
  );
}

async function takeOwnership(client: Client, adminUrl: string, schema: string): Promise<void> {
  const { owner, application } = rolesOf(databaseOf(adminUrl), schema);
  const { rows } = await client.query<{ path: string }>(
    `SELECT split_part(setting, '=', 2) AS path FROM pg_roles, unnest(rolconfig) AS setting
     WHERE rolname = $1 AND starts_with(setting, 'search_path=')`,
    [application],
  );
  await client.query(`SET ROLE ${name(owner)}`);
  await client.query(`SET search_path = ${rows[0]?.path ?? name(schema)}`);
  await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
  await client.query(`
    CREATE TABLE IF NOT EXISTS applied_migration (
      name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
    REVOKE INSERT, UPDATE, DELETE ON applied_migration FROM ${name(application)}`);
}

async function readApplied(client: Client): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    "SELECT name, checksum FROM applied_migration",
  );
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

function isApplied(migration: Migration, applied: ReadonlyMap<string, string>): boolean {
  const checksum = applied.get(migration.name);
  if (checksum !== undefined && checksum !== migration.checksum) throw new MigrationChanged(migration.name);
  return checksum !== undefined;
}

async function applyWithPatience(client: Client, migration: Migration): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await apply(client, migration);
    } catch (error) {
      if ((error as { code?: string }).code === LOCK_NOT_AVAILABLE && attempt < LOCK_ATTEMPTS) {
        await wait(100 * attempt * Math.random());
      } else {
        throw new Error(`The migration ${migration.name} failed: ${(error as Error).message}`, { cause: error });
      }
    }
  }
}

async function apply(client: Client, migration: Migration): Promise<void> {
  if (migration.sql.startsWith("-- no transaction\n")) {
    for (const statement of migration.sql.split(/;[ \t]*(?:\n|$)/)) await client.query(statement);
    await record(client, migration);
    return;
  }
  try {
    await client.query("BEGIN");
    // First, so that a run that lost its lock without knowing holds its twin up here, instead of both applying the file.
    const isFirst = await record(client, migration);
    if (isFirst) await client.query(migration.sql);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function record(client: Client, { name: file, checksum }: Migration): Promise<boolean> {
  const { rowCount } = await client.query(
    "INSERT INTO applied_migration (name, checksum) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
    [file, checksum],
  );
  return rowCount === 1;
}
