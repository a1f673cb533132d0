/**
 * Makes the secrets of an install in containers, once: `node tools/container-secrets.mjs <folder> [<host of Postgres>]`.
 * Each process gets a folder of its own with a file `env` (for `node --env-file` and `kubectl --from-env-file`), so that
 * none can read what is another's; Postgres gets its password file. What is there already stays. The password of the
 * first administrator is printed once.
 */
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The users of the images node and postgres. */
const NODE_USER = 1000;
const POSTGRES_USER = 999;
const SERVICES = ["customer", "sales", "service-desk", "marketing", "analytics"];
const SCHEMAS = ["identity", "customer", "sales", "service_desk", "marketing", "analytics"];

const [folder, host = "db"] = process.argv.slice(2);
if (!folder) {
  console.error("Usage: node tools/container-secrets.mjs <folder> [<host of Postgres>]");
  process.exit(64);
}
const complete = join(folder, "schema/complete");
if (!existsSync(complete)) make();
for (const name of ["gateway/keys", "gateway/audit"]) folderFor(name);

function make() {
  const secret = () => randomBytes(32).toString("hex");
  const database = { admin: secret(), ...Object.fromEntries(SCHEMAS.map((schema) => [schema, secret()])) };
  const internal = Object.fromEntries(SERVICES.map((service) => [service, secret()]));
  const cursor = secret();
  const master = secret();
  const administrator = randomBytes(15).toString("base64url");
  const url = (role, password) => `postgres://${role}:${password}@${host}:5432/kehu`;

  write("db/password", database.admin, POSTGRES_USER);
  variables("schema", {
    DATABASE_URL: url("kehu", database.admin),
    ...Object.fromEntries(SCHEMAS.map((schema) => [`KEHU_DB_PASSWORD_${schema.toUpperCase()}`, database[schema]])),
  });
  variables("gateway", {
    DATABASE_URL: url("kehu_identity", database.identity),
    KEHU_CURSOR_SECRET: cursor,
    KEHU_INTERNAL_SECRETS: SERVICES.map((service) => `${service}=${internal[service]}`).join(),
    KEHU_ADMIN_EMAIL: "admin@kehu.local",
    KEHU_ADMIN_PASSWORD: administrator,
  });
  for (const service of SERVICES) {
    const schema = service.replace("-", "_");
    variables(service, {
      DATABASE_URL: url(`kehu_${schema}`, database[schema]),
      KEHU_CURSOR_SECRET: cursor,
      KEHU_INTERNAL_SECRET: internal[service],
      // Analytics has no use for personal data.
      ...(service !== "analytics" && { KEHU_MASTER_KEY: master }),
    });
  }
  writeFileSync(complete, "");
  console.log(`Administrator  admin@kehu.local\nPassword       ${administrator}   (shown only this once)`);
}

/** What the gateway itself writes to. */
function folderFor(name) {
  mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  give(join(folder, name), NODE_USER);
}

function variables(name, values) {
  const lines = Object.entries(values).map(([variable, value]) => `${variable}=${value}\n`);
  write(`${name}/env`, lines.join(""), NODE_USER);
}

function write(name, text, user) {
  const file = join(folder, name);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text, { mode: 0o400 });
  give(file, user);
}

/** Only root can give a file away; outside containers it stays with whoever runs this. */
function give(file, user) {
  if (process.getuid?.() === 0) chownSync(file, user, user);
}
