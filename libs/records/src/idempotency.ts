import type { RequestContext } from "@kehu/auth";
import { Conflict, RuleViolation } from "@kehu/contracts";
import type { Tx } from "@kehu/database";

/** How long a key is remembered (24 hours). */
const KEPT = `interval '24 hours'`;

/**
 * Claims the caller's idempotency keys until the transaction ends, so that a twin that runs at the same time answers at
 * once instead of waiting. Takes several keys for a bulk request, where each operation has one.
 *
 * @param hashes body hash by key
 * @returns the stored replies by key; a key that is not in it is new
 * @throws Conflict `idempotency.in-progress` while a twin runs
 * @throws RuleViolation `idempotency.body-differs` for a key that came with another body before
 */
export async function claim(
  tx: Tx,
  who: RequestContext,
  hashes: ReadonlyMap<string, string>,
): Promise<Map<string, unknown>> {
  const { key, route } = who.idempotency!;
  // Sent together; the second still looks only when the lock is taken, and so sees what its last holder has stored.
  const [[lock], stored] = await Promise.all([
    tx.query<{ mine: boolean }>("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine", [
      JSON.stringify([who.actorId, route, key]),
    ]),
    tx.query<{ key: string; body_hash: string; reply: unknown }>(
      `SELECT key, body_hash, reply FROM idempotent_reply
       WHERE actor_id = $1 AND route = $2 AND key = ANY($3) AND stored_at > clock_timestamp() - ${KEPT}`,
      [who.actorId, route, [...hashes.keys()]],
    ),
  ]);
  if (!lock!.mine) {
    throw new Conflict("idempotency.in-progress", "A request with this Idempotency-Key is still running.", {
      retryAfter: 1,
    });
  }
  for (const row of stored) {
    if (row.body_hash !== hashes.get(row.key)) {
      throw new RuleViolation("idempotency.body-differs", "This Idempotency-Key came with another body before.");
    }
  }
  return new Map(stored.map((row) => [row.key, row.reply]));
}

/** Keeps replies in the transaction of their effects, which fails where this does. */
export function keep(
  tx: Tx,
  who: RequestContext,
  replies: readonly { key: string; bodyHash: string; reply: unknown }[],
): void {
  if (replies.length === 0) return;
  const rows = replies.map(({ key, bodyHash, reply }) => ({ key, body_hash: bodyHash, reply }));
  tx.queue(
    `INSERT INTO idempotent_reply (actor_id, route, key, body_hash, reply)
     SELECT $1, $2, r.key, r.body_hash, r.reply FROM json_populate_recordset(NULL::idempotent_reply, $3) r
     ON CONFLICT (actor_id, route, key) DO UPDATE
     SET body_hash = excluded.body_hash, reply = excluded.reply, stored_at = clock_timestamp()`,
    [who.actorId, who.idempotency!.route, JSON.stringify(rows)],
  );
}

/** Forgets keys that are older than they count. @returns how many */
export async function forgetOldReplies(tx: Tx): Promise<number> {
  const gone = await tx.query(
    `DELETE FROM idempotent_reply WHERE (actor_id, route, key) IN
     (SELECT actor_id, route, key FROM idempotent_reply WHERE stored_at < clock_timestamp() - ${KEPT} LIMIT 1000) RETURNING 1`,
  );
  return gone.length;
}
