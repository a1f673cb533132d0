import type { Bind, IdempotencyKey, RequestContext } from "@kehu/auth";
import { Conflict, RuleViolation } from "@kehu/contracts";
import { rowset, type Database, type Queryable, type Tx } from "@kehu/database";
import type { PersonalData } from "@kehu/personal-data";
import type { RecordEntity } from "./record.entity.ts";
import { WriteReply, type Reply } from "./reply.ts";
import type { Resource } from "./resource.ts";
import type { Rows } from "./rows.ts";
import { personNames, replyPlace } from "./sealing.ts";
import { Values } from "./caller-sql.ts";
import { shapeView, viewColumns } from "./view.ts";

/** How long a key is remembered (24 hours). */
const KEPT = `interval '24 hours'`;

/** SQLSTATE where a twin of the request runs, and where one has been answered. */
const TAKEN = "KE001";

/**
 * Runs the work in one transaction; with an Idempotency-Key only the first time, and with the first reply after that.
 * Whether the key is new shows when its reply is stored: where it is not, the transaction fails. A repeated request may
 * fail before, too (the state allows its change no more), so any failure is followed by a look for the first reply.
 *
 * @throws Conflict `idempotency.in-progress` while a twin runs
 * @throws RuleViolation `idempotency.body-differs` for a key that came with another body before
 */
export async function once(
  database: Database,
  personal: PersonalData,
  resource: Resource,
  who: RequestContext,
  work: (tx: Tx) => Promise<Reply>,
): Promise<WriteReply> {
  const { idempotency } = who;
  try {
    const reply = await database.transaction(async (tx) => {
      if (idempotency) void claim(tx, who, idempotency);
      const made = await work(tx);
      if (idempotency && !made.isKept) keep(tx, who, [{ ...idempotency, reply: made }]);
      return made;
    });
    return new WriteReply(await reply.body, reply);
  } catch (error) {
    // Where the look fails, the first error says more.
    const stored = idempotency && (await lookUp(database, who, [idempotency.key]).catch(() => []))[0];
    if (stored) return replay(database, personal, resource, replyTo(idempotency.bodyHash, stored) as StoredReply, who);
    throw isTaken(error) ? inProgress() : error;
  }
}

/** @returns the caller with a fingerprint of his request's body in place of its hash */
export function withFingerprint(who: RequestContext, personal: PersonalData): RequestContext {
  const { idempotency } = who;
  return idempotency
    ? { ...who, idempotency: { ...idempotency, bodyHash: personal.fingerprint(idempotency.bodyHash) } }
    : who;
}

const isTaken = (error: unknown) => (error as { code?: unknown } | null)?.code === TAKEN;

/** Locks the key until the transaction ends. It fails where a twin has it, and with it all that is sent behind. */
function claim(tx: Tx, who: RequestContext, { route, key }: IdempotencyKey): Promise<unknown> {
  return tx.queue("SELECT claim_idempotency_key($1)", [JSON.stringify([who.actorId, route, key])]);
}

/** A reply as it is stored: with its body, or with the record's row, of which the body is made again. */
type StoredReply = Reply & { record?: Record<string, unknown> };

async function replay(
  database: Database,
  personal: PersonalData,
  resource: Resource,
  { record, body, ...reply }: StoredReply,
  who: RequestContext,
): Promise<WriteReply> {
  if (!record) return new WriteReply(body, reply, true);
  const values = new Values();
  const [row] = await database.query(
    `SELECT ${viewColumns(resource, who, values.bind).columns}
     FROM jsonb_populate_record(NULL::${resource.table}, ${values.bind(JSON.stringify(record))}) t`,
    values.list,
  );
  const id = row!["id"] as string;
  const names = personNames(resource).filter((name) => row![name] !== null);
  const opened = await personal.openAll(
    database,
    names.map((name) => ({ value: row![name] as string, place: replyPlace(id, name) })),
  );
  names.forEach((name, index) => (row![name] = opened[index]));
  return new WriteReply(shapeView(resource, row!, who, personal), reply, true);
}

/**
 * The row of a record for its reply, as an expression: with the encrypted columns as they are and names of persons
 * encrypted. Names beside references are not part of it; they are looked up again.
 *
 * @returns SQL; the table has the alias `t`
 */
export function rowToKeep(resource: Resource, record: RecordEntity, rows: Rows, bind: Bind): string {
  // What no field shows, such as the hash of a secret, has no place in a reply.
  const unshown = rows.unshown(resource).filter((column) => column !== "deleted_at");
  if (unshown.length === 0 && !resource.person) return "to_json(t)";
  const shown = `to_jsonb(t) - '{${unshown.join(",")}}'::text[]`;
  if (!resource.person) return shown;
  const key = rows.keyOf(record);
  const values = record as unknown as Record<string, unknown>;
  const names = personNames(resource).map((name) => {
    const value = values[name] ?? null;
    const sealed = value === null || !key || key.isDestroyed ? null : key.seal(value, replyPlace(record.id, name));
    return [resource.fields[name]!.column, sealed] as const;
  });
  return `${shown} - 'name' || ${bind(JSON.stringify(Object.fromEntries(names)))}::jsonb`;
}

/** Keeps the reply to a change that changed nothing, which shows the record as it is. */
export function keepUnchanged(tx: Tx, rows: Rows, resource: Resource, record: RecordEntity, who: RequestContext): void {
  const values = new Values();
  const row = rowToKeep(resource, record, rows, values.bind);
  const made = `(SELECT ${row} AS "kept.row" FROM ${resource.table} t WHERE t.id = ${values.bind(record.id)}) AS made`;
  const reply = { version: record.version, location: null };
  void tx.queue(keepMade(made, who, reply, values.bind), values.list);
}

interface StoredRow {
  key: string;
  body_hash: string;
  reply: unknown;
}

function lookUp(queryable: Queryable, who: RequestContext, keys: readonly string[]): Promise<StoredRow[]> {
  return queryable.query<StoredRow>(
    `SELECT key, body_hash, reply FROM idempotent_reply
     WHERE actor_id = $1 AND route = $2 AND key = ANY($3) AND stored_at > clock_timestamp() - ${KEPT}`,
    [who.actorId, who.idempotency!.route, keys],
  );
}

function inProgress(): Conflict {
  return new Conflict("idempotency.in-progress", "A request with this Idempotency-Key is still running.", {
    retryAfter: 1,
  });
}

function replyTo(bodyHash: string | undefined, stored: StoredRow): unknown {
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
  void claim(tx, who, who.idempotency!);
  // It looks only when the key is locked, and so sees what its last holder has stored.
  const stored = await lookUp(tx, who, [...hashes.keys()]).catch((error: unknown) => {
    throw isTaken(error) ? inProgress() : error;
  });
  return new Map(stored.map((row) => [row.key, replyTo(hashes.get(row.key), row)]));
}

const REPLIES = { key: "text", body_hash: "text", reply: "json" };
const TAKE = "INSERT INTO idempotent_reply (actor_id, route, key, body_hash, reply)";
const UNLESS_TAKEN = `ON CONFLICT (actor_id, route, key) DO UPDATE SET body_hash = excluded.body_hash,
  reply = excluded.reply, stored_at = expire_idempotent_reply(idempotent_reply.stored_at, ${KEPT})`;

/** Keeps replies in the transaction of their effects, which fails where this does. */
export function keep(
  tx: Tx,
  who: RequestContext,
  replies: readonly { key: string; bodyHash: string; reply: unknown }[],
): void {
  if (replies.length === 0) return;
  const values: unknown[] = [who.actorId, who.idempotency!.route];
  const rows = replies.map(({ key, bodyHash, reply }) => ({ key, body_hash: bodyHash, reply }));
  const given = rowset(REPLIES, rows, (value) => `$${values.push(value)}`);
  void tx.queue(`${TAKE} SELECT $1, $2, r.key, r.body_hash, r.reply FROM ${given} ${UNLESS_TAKEN}`, values);
}

/**
 * The same as a part of the statement that makes the reply.
 *
 * @param made the part that has what `rowToKeep` makes in the column `kept.row`
 */
export function keepMade(
  made: string,
  { actorId, idempotency }: RequestContext,
  { version, location }: Pick<Reply, "version" | "location">,
  bind: Bind,
): string {
  const { route, key, bodyHash } = idempotency!;
  const caller = [actorId, route, key, bodyHash].map(bind).join(", ");
  return `${TAKE} SELECT ${caller}, json_build_object('record', "kept.row", 'version', ${bind(version)}::integer,
    'location', ${bind(location)}::text) FROM ${made} ${UNLESS_TAKEN}`;
}

/** Forgets keys that are older than they count. @returns how many */
export async function forgetOldReplies(tx: Tx): Promise<number> {
  const gone = await tx.query(
    `DELETE FROM idempotent_reply WHERE (actor_id, route, key) IN
     (SELECT actor_id, route, key FROM idempotent_reply WHERE stored_at < clock_timestamp() - ${KEPT} LIMIT 1000) RETURNING 1`,
  );
  return gone.length;
}
