/**
 * `npm run schema`: roles, schemas and migrations of all services, in the database of DATABASE_URL (a role that may
 * create roles and schemas). KEHU_DB_PASSWORD_<SCHEMA> holds the password of each service's role.
 */
import { applySchemas, SERVICES } from "@kehu/database";

const EX_CONFIG = 78;

function required(variable: string): string {
  const value = process.env[variable];
  if (value) return value;
  console.error(`${variable} is missing.`);
  process.exit(EX_CONFIG);
}

const adminUrl = required("DATABASE_URL");
const passwords = SERVICES.map(({ schema }) => [schema, required(`KEHU_DB_PASSWORD_${schema.toUpperCase()}`)] as const);
const applied = await applySchemas(adminUrl, Object.fromEntries(passwords));
for (const migration of applied) console.log(migration);
console.log(applied.length === 0 ? "The schemas are up to date." : `Applied ${applied.length} migrations.`);
