import type { IdempotencyKey, RequestContext } from "@kehu/auth";
import { Conflict, RuleViolation } from "@kehu/contracts";
import type { Database, Tx } from "@kehu/database";
import { WriteReply, type Reply } from "./reply.ts";

/** How long a key is remembered (24 hours). */
const KEPT = `interval '24 hours'`;

/** SQLSTATE of `claim_idempotency_key` for a key that is not new. */
const TAKEN = "KE001";

/**
 * Runs the work in one transaction; with an Idempotency-Key only the first time, and with the first reply after that.
 * The work begins before the key is known to be new: where it is not, the claim fails, and with it whatever was sent
 * behind it.
 *
 * @throws Conflict `idempotency.in-progress` while a twin runs
 * @throws RuleViolation `idempotency.body-differs` for a key that came with another body before
 */
export async function once(
  database: Database,
  who: RequestContext,
  work: (tx: Tx) => Promise<Reply>,
): Promise<WriteReply> {
  const { idempotency } = who;
  if (!idempotency) return new WriteReply(await database.transaction(work));
  try {
    return await database.transaction(async (tx) => {
      const claimed = claim(tx, who, idempotency);
      claimed.catch(() => undefined);
      try {
        const reply = await work(tx);
        keep(tx, who, [{ ...idempotency, reply }]);
        return new WriteReply(reply);
      } finally {
        // That the key is taken says more than why a change cannot be made that was made before.
        await claimed;
      }
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== TAKEN) throw error;
    return new WriteReply({ ...(await earlierReply(database, who, idempotency)), replayed: true });
  }
}

const lockOf = (who: RequestContext, { route, key }: IdempotencyKey) => JSON.stringify([who.actorId, route, key]);

function claim(tx: Tx, who: RequestContext, idempotency: IdempotencyKey): Promise<unknown> {
  const { route, key } = idempotency;
  return tx.query(`SELECT claim_idempotency_key($1, $2, $3, $4, ${KEPT})`, [
    lockOf(who, idempotency),
    who.actorId,
    route,
    key,
  ]);
}

async function earlierReply(
  database: Database,
  who: RequestContext,
  { route, key, bodyHash }: IdempotencyKey,
): Promise<Reply> {
  const [stored] = await database.query<StoredReply>(STORED, [who.actorId, route, [key]]);
  if (!stored) throw inProgress();
  return replyTo(bodyHash, stored) as Reply;
}

interface StoredReply {
  key: string;
  body_hash: string;
  reply: unknown;
}

const STORED = `SELECT key, body_hash, reply FROM idempotent_reply
  WHERE actor_id = $1 AND route = $2 AND key = ANY($3) AND stored_at > clock_timestamp() - ${KEPT}`;

function inProgress(): Conflict {
  return new Conflict("idempotency.in-progress", "A request with this Idempotency-Key is still running.", {
    retryAfter: 1,
  });
}

function replyTo(bodyHash: string | undefined, stored: StoredReply): unknown {
  if (stored.body_hash === bodyHash) return stored.reply;
  throw new RuleViolation("idempotency.body-differs", "This Idempotency-Key came with another body before.");
}

/**
 * Claims the caller's key until the transaction ends for a bulk request, where each operation has a key of its own and
 * some may be done already.
 *
 * @param hashes body hash by the operations' keys
 * @returns the stored replies by key; a key that is not in it is new
 * @throws Conflict `idempotency.in-progress` while a twin runs
 * @throws RuleViolation `idempotency.body-differs` for a key that came with another body before
 */
export async function claimAll(
  tx: Tx,
  who: RequestContext,
  hashes: ReadonlyMap<string, string>,
): Promise<Map<string, unknown>> {
  const idempotency = who.idempotency!;
  // Sent together; the second still looks only when the lock is taken, and so sees what its last holder has stored.
  const [[lock], stored] = await Promise.all([
    tx.query<{ mine: boolean }>("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine", [
      lockOf(who, idempotency),
    ]),
    tx.query<StoredReply>(STORED, [who.actorId, idempotency.route, [...hashes.keys()]]),
  ]);
  if (!lock!.mine) throw inProgress();
  return new Map(stored.map((row) => [row.key, replyTo(hashes.get(row.key), row)]));
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
