import { createHash } from "node:crypto";
import type pg from "pg";
import { Batch } from "./batch.ts";

const names = new Map<string, string>();

/** The name under which the server keeps a prepared statement. */
export function nameOf(sql: string): string {
  let name = names.get(sql);
  if (name === undefined) {
    name = createHash("sha1").update(sql).digest("base64url");
    names.set(sql, name);
  }
  return name;
}

/** @param name under which the server keeps the statement; undefined: it does not */
export async function run<R>(
  { pool, answerLimit }: { pool: pg.Pool; answerLimit: number },
  name: string | undefined,
  text: string,
  values: readonly unknown[],
): Promise<R[]> {
  let rows: unknown[] = [];
  const settle = (_: Error | undefined, found: unknown[]) => void (rows = found);
  const batch = new Batch([{ name, text, values, settle }], answerLimit);
  await pool.query(batch as unknown as pg.QueryConfig);
  return rows as R[];
}

/** True where Postgres is away, is starting or stopping, or cut the wait: the same work may succeed later. */
export function isTransient(error: unknown): boolean {
  const code = (error as { code?: string } | null)?.code ?? "";
  return isConnectionLoss(error) || /^(08|40|53|57)/.test(code) || code === "55P03" || code === "25P03";
}

export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: string }).code ?? "";
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/.test(code) ||
    /^57P0|^08/.test(code) ||
    /Connection terminated|timeout exceeded|Query read timeout|not queryable/i.test(error.message)
  );
}
