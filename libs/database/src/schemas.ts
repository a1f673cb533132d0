import { fileURLToPath } from "node:url";
import { migrate } from "./migrate.ts";
import { prepareDatabase } from "./prepare.ts";
import { BUS_SCHEMA, SERVICES } from "./services.ts";

/** The repository's root, three folders up from both src/ and dist/ of this library. */
const ROOT = new URL("../../../", import.meta.url);

/** Libraries whose tables stand in the schema of every service, in the order of their dependence. */
const SHARED_FOLDERS = ["libs/messaging/migrations", "libs/records/migrations", "libs/auth/migrations"];
const BUS_FOLDERS = ["libs/messaging/migrations-bus"];

/** The folders of SQL files that make up a schema, absolute, in the order in which they are applied. */
export function migrationFolders(schema: string): string[] {
  const service = SERVICES.find((candidate) => candidate.schema === schema);
  if (schema !== BUS_SCHEMA && !service) throw new Error(`There is no schema ${schema}.`);
  const folders = service ? [...SHARED_FOLDERS, `apps/${service.folder}/src/db/migrations`] : BUS_FOLDERS;
  return folders.map((folder) => fileURLToPath(new URL(folder, ROOT)));
}

/**
 * Brings a database to the state that this version of Kehu needs: roles, schemas, migrations. The one step before
 * services start.
 *
 * @param adminUrl a role that may create roles and schemas
 * @param passwords schema -> password of its application role; the schemas that are named here are made
 * @returns the migrations that were applied now, as `<schema>: <folder>/<file>`
 */
export async function applySchemas(adminUrl: string, passwords: Readonly<Record<string, string>>): Promise<string[]> {
  await prepareDatabase(adminUrl, passwords);
  const schemas = [BUS_SCHEMA, ...Object.keys(passwords)];
  const applied: string[] = [];
  // One after the other: several at once gain nothing on a small machine, and a log in order is easier to read.
  for (const schema of schemas) {
    const names = await migrate(adminUrl, schema, migrationFolders(schema));
    applied.push(...names.map((name) => `${schema}: ${name}`));
  }
  return applied;
}
