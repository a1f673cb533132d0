import { escapeIdentifier as name, escapeLiteral as text, type Client } from "pg";
import { databaseOf, rolesOf, urlOfDatabase } from "./roles.ts";
import { BUS_SCHEMA } from "./services.ts";
import { withAdvisoryLock, withConnection } from "./session.ts";

/** Holds what extensions bring, so that no service's schema and no superuser's habit decides where their types are. */
const EXTENSION_SCHEMA = "extensions";
const EXTENSIONS = ["ltree"];

/** Defaults of an application role: they hold for anyone who logs in as it, with whatever client. */
const SETTINGS = {
  statement_timeout: "5s",
  lock_timeout: "2s",
  idle_in_transaction_session_timeout: "30s",
  timezone: "UTC",
};

/**
 * Makes what services need of a database before their migrations can run: per schema an owner role and an application
 * role, the schema, grants, search_path and limits; the schema `bus`; extensions. Doing it again changes nothing but
 * the passwords, and several at once do it one after the other.
 *
 * @param adminUrl a role that may create roles and schemas in that database
 * @param passwords schema -> password of its application role
 */
export async function prepareDatabase(adminUrl: string, passwords: Readonly<Record<string, string>>): Promise<void> {
  const database = databaseOf(adminUrl);
  await withAdvisoryLock(adminUrl, "kehu.prepare", async (client) => {
    await client.query(
      `CREATE SCHEMA IF NOT EXISTS ${EXTENSION_SCHEMA}; GRANT USAGE ON SCHEMA ${EXTENSION_SCHEMA} TO PUBLIC`,
    );
    for (const extension of EXTENSIONS) {
      await client.query(`CREATE EXTENSION IF NOT EXISTS ${extension} SCHEMA ${EXTENSION_SCHEMA}`);
    }
    const searchPath = await extensionSchemas(client);
    await prepareSchema(client, database, BUS_SCHEMA);
    for (const [schema, password] of Object.entries(passwords)) {
      await prepareSchema(client, database, schema);
      await prepareLogin(client, database, schema, password, searchPath);
    }
  });
}

/** An extension that was there before us may be elsewhere. */
async function extensionSchemas(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ schema: string }>(
    "SELECT DISTINCT nspname AS schema FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = ANY($1)",
    [EXTENSIONS],
  );
  return rows.map((row) => row.schema);
}

async function prepareSchema(client: Client, database: string, schema: string): Promise<void> {
  const { owner, application } = rolesOf(database, schema);
  for (const role of [owner, application]) await createRole(client, role);
  await client.query(`
    GRANT ${name(owner)} TO CURRENT_USER;
    CREATE SCHEMA IF NOT EXISTS ${name(schema)} AUTHORIZATION ${name(owner)};
    SET ROLE ${name(owner)};
    GRANT USAGE ON SCHEMA ${name(schema)} TO ${name(application)};
    ALTER DEFAULT PRIVILEGES IN SCHEMA ${name(schema)} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${name(application)};
    ALTER DEFAULT PRIVILEGES IN SCHEMA ${name(schema)} GRANT USAGE, SELECT ON SEQUENCES TO ${name(application)};
    RESET ROLE`);
}

/** Membership in the application role of `bus`, which has no login of its own, is what a service has of it. */
async function prepareLogin(client: Client, database: string, schema: string, password: string, extensions: string[]) {
  const { application } = rolesOf(database, schema);
  const searchPath = [schema, BUS_SCHEMA, ...extensions].map(name).join(", ");
  const settings = Object.entries(SETTINGS).map(
    ([setting, value]) => `ALTER ROLE ${name(application)} SET ${setting} = ${text(value)};`,
  );
  await client.query(`
    ALTER ROLE ${name(application)} LOGIN PASSWORD ${text(password)};
    GRANT ${name(rolesOf(database, BUS_SCHEMA).application)} TO ${name(application)};
    ALTER ROLE ${name(application)} SET search_path = ${searchPath};
    ${settings.join("\n")}`);
}

async function createRole(client: Client, role: string): Promise<void> {
  const { rowCount } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]);
  if (rowCount === 0) await client.query(`CREATE ROLE ${name(role)} NOLOGIN`);
}

/** Creates the database that `url` names, in UTF-8, unless it is there. `url` must be a role that may. */
export async function createDatabase(url: string): Promise<void> {
  const database = databaseOf(url);
  await withAdvisoryLock(urlOfDatabase(url, "postgres"), "kehu.create-database", async (client) => {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${name(database)} ENCODING 'UTF8' TEMPLATE template0`);
  });
}

/** Drops the database that `url` names, with its roles, ending whoever is connected. For tests and trials. */
export async function dropDatabase(url: string): Promise<void> {
  const database = databaseOf(url);
  await withConnection(urlOfDatabase(url, "postgres"), async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${name(database)} WITH (FORCE)`);
    const { rows } = await client.query<{ rolname: string }>(
      `SELECT rolname FROM pg_roles WHERE starts_with(rolname, $1) AND rolname <> CURRENT_USER`,
      [`${database}_`],
    );
    for (const { rolname } of rows) await client.query(`DROP ROLE IF EXISTS ${name(rolname)}`);
  });
}
