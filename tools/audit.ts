/**
 * `npm run audit -- verify [--without-heads]`: walks the chain of the audit trail and names the first entry that is not
 * what was sealed. It reads the database itself, that of DATABASE_URL or of the install in KEHU_DATA_DIR, and the signed
 * heads in KEHU_AUDIT_DIR; exit code 1 where something is wrong.
 */
import { join, resolve } from "node:path";
import pg from "pg";
import { keysIn, publicKeys, readHeads } from "../apps/gateway/src/audit/heads.ts";
import { verifyChain, type Query, type Verdict } from "../apps/gateway/src/audit/verification.ts";

const USAGE = "npm run audit -- verify [--without-heads]";

const [command, option, ...more] = process.argv.slice(2);
if (command !== "verify" || (option !== undefined && option !== "--without-heads") || more.length > 0) {
  console.error(`Usage: ${USAGE}`);
  process.exit(64);
}
const dataDir = resolve(import.meta.dirname, "..", process.env.KEHU_DATA_DIR || ".kehu");
const auditDir = process.env.KEHU_AUDIT_DIR || join(dataDir, "audit");
const client = new pg.Client({ connectionString: process.env.DATABASE_URL || (await urlOfInstall()) });
await client.connect();
try {
  const heads = option === undefined ? readHeads(auditDir) : [];
  const query: Query = async <R>(sql: string, values: readonly unknown[]) =>
    (await client.query(sql, [...values])).rows as R[];
  await query("SET statement_timeout = 0", []);
  tell(await verifyChain(query, heads, publicKeys(keysIn(auditDir))));
} catch (error) {
  fail((error as Error).message);
} finally {
  await client.end();
}

/** Where this runs in a container there is no install, nor what it is made of. */
async function urlOfInstall(): Promise<string> {
  return (await import("./audit/install.ts")).databaseUrl(dataDir);
}

function tell({ sealed, waiting, heads: signed, fault }: Verdict): void {
  if (fault !== null) return fail(fault);
  if (signed === 0 && option === undefined && sealed > 0n)
    return fail(`There is no signed head in ${auditDir}, so nobody can tell whether the end was cut off.`);
  console.log(`${sealed} entries are as they were sealed, and agree with ${signed} signed heads; ${waiting} wait.`);
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
