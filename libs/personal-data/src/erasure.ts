import type { Queryable, Tx } from "@kehu/database";

/** Says that this transaction overwrites what is held plain of a person: what was read before it is not given out any more. */
export async function noteErasure(tx: Tx): Promise<void> {
  await tx.query("INSERT INTO bus.erasure DEFAULT VALUES ON CONFLICT DO NOTHING");
}

/**
 * @param snapshot of the transaction that read, as `pg_current_snapshot()` has it; null where it read before snapshots and
 *   erasures were noted
 * @returns whether anything was overwritten, or may have been, that it may have seen
 */
export async function erasedSince(queryable: Queryable, snapshot: string | null): Promise<boolean> {
  if (snapshot === null) return true;
  const [found] = await queryable.query<{ erased: boolean }>(
    `SELECT EXISTS (SELECT FROM bus.erasure
       WHERE NOT pg_visible_in_snapshot(xid, $1::pg_snapshot)) AS erased`,
    [snapshot],
  );
  return found!.erased;
}

/** Forgets erasures that are older than anything that is kept of what was read before them. */
export async function forgetErasures(queryable: Queryable): Promise<void> {
  await queryable.query("DELETE FROM bus.erasure WHERE at < clock_timestamp() - interval '3 days'");
}
