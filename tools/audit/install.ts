import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { applicationUrl } from "@kehu/database";
import { DATABASE, postgresFolders } from "../start/postgres.ts";
import { readSecrets } from "../start/secrets.ts";
import { pathsOf } from "../start/settings.ts";

const PORT_LINE = 3;

/** The URL of the gateway's role in the embedded database of an install that runs. */
export function databaseUrl(dataDir: string): string {
  const { secrets, postgres } = pathsOf(dataDir);
  const lock = postgresFolders(postgres)
    .map((folder) => join(folder, "postmaster.pid"))
    .find(existsSync);
  if (!lock || !existsSync(secrets))
    throw new Error(`No Kehu with a database of its own runs in ${dataDir}: set DATABASE_URL, or KEHU_DATA_DIR.`);
  const port = readFileSync(lock, "utf8").split("\n")[PORT_LINE] ?? "";
  const password = readSecrets(secrets, undefined).database["identity"] ?? "";
  return applicationUrl(`postgresql://kehu@127.0.0.1:${port}/${DATABASE}`, "identity", password);
}
