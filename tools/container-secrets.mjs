/**
 * Makes the secrets of an install in containers, once: `node tools/container-secrets.mjs <folder>`. Each process gets a
 * file of its own to source (`customer.env`), readable by the user of the image alone; Postgres gets its password file.
 * What is there already stays. The first administrator's password is printed once.
 */
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const NODE_USER = 1000;
const SERVICES = ["customer", "sales", "service-desk", "marketing", "analytics"];
const SCHEMAS = ["identity", "customer", "sales", "service_desk", "marketing", "analytics"];

const folder = process.argv[2];
if (!folder) {
  console.error("Usage: node tools/container-secrets.mjs <folder>");
  process.exit(64);
}
if (!existsSync(join(folder, "complete"))) make(folder);

function make(folder) {
  const secret = () => randomBytes(32).toString("hex");
  const database = { admin: secret(), ...Object.fromEntries(SCHEMAS.map((schema) => [schema, secret()])) };
  const internal = Object.fromEntries(SERVICES.map((service) => [service, secret()]));
  const cursor = secret();
  const administrator = randomBytes(15).toString("base64url");
  const url = (role, password) => `postgres://${role}:${password}@db:5432/kehu`;

  mkdirSync(join(folder, "keys"), { recursive: true });
  chownSync(join(folder, "keys"), NODE_USER, NODE_USER);
  writeFileSync(join(folder, "postgres-password"), database.admin, { mode: 0o400 });
  write("schema", {
    DATABASE_URL: url("kehu", database.admin),
    ...Object.fromEntries(SCHEMAS.map((schema) => [`KEHU_DB_PASSWORD_${schema.toUpperCase()}`, database[schema]])),
  });
  write("gateway", {
    DATABASE_URL: url("kehu_identity", database.identity),
    KEHU_CURSOR_SECRET: cursor,
    KEHU_INTERNAL_SECRETS: SERVICES.map((service) => `${service}=${internal[service]}`).join(),
    KEHU_KEYS_DIR: join(folder, "keys"),
    KEHU_ADMIN_EMAIL: "admin@kehu.local",
    KEHU_ADMIN_PASSWORD: administrator,
  });
  for (const service of SERVICES) {
    const schema = service.replace("-", "_");
    write(service, {
      DATABASE_URL: url(`kehu_${schema}`, database[schema]),
      KEHU_CURSOR_SECRET: cursor,
      KEHU_INTERNAL_SECRET: internal[service],
    });
  }
  writeFileSync(join(folder, "complete"), "");
  console.log(`Administrator  admin@kehu.local\nPassword       ${administrator}   (shown only this once)`);

  function write(name, variables) {
    const file = join(folder, `${name}.env`);
    const lines = Object.entries(variables).map(([variable, value]) => `export ${variable}='${value}'\n`);
    writeFileSync(file, lines.join(""), { mode: 0o400 });
    chownSync(file, NODE_USER, NODE_USER);
  }
}
