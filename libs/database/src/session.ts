import pg from "pg";
import { connectionOptions } from "./database.ts";

/** Numbers of our advisory locks of a session, so that no two meanings share one. */
const LOCK_SPACE = 0x6b656875; // "kehu"

/** Runs `work` on a connection of its own, without limits of time but for taking locks. */
export async function withConnection<R>(url: string, work: (client: pg.Client) => Promise<R>): Promise<R> {
  const client = new pg.Client({
    ...connectionOptions(url),
    connectionTimeoutMillis: 10_000,
    statement_timeout: 0,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Runs `work` while this session holds the advisory lock of that name; waits for another holder. */
export function withAdvisoryLock<R>(url: string, name: string, work: (client: pg.Client) => Promise<R>): Promise<R> {
  return withConnection(url, async (client) => {
    await client.query("SET lock_timeout = 0");
    await client.query("SELECT pg_advisory_lock($1, hashtext($2))", [LOCK_SPACE, name]);
    return work(client);
  });
}
