import type { Queryable, Tx } from "@kehu/database";
import type { Received } from "./received.ts";

/** An event that waits for an operator, or waited. */
export interface DeadLetter {
  /** Rises in the order of parking. */
  id: string;
  handler: string;
  topic: string;
  /** Id of the record. */
  key: string;
  eventId: string | null;
  type: string | null;
  payload: string;
  /** `<code>: <what happened>` */
  reason: string;
  trace: string | null;
  attempts: number;
  parkedAt: Date;
  status: "parked" | "replayed" | "discarded";
}

export interface Parking {
  message: Received;
  reason: string;
  trace?: string;
  attempts: number;
}

const COLUMNS = `id, handler, topic, key, event_id AS "eventId", type, payload, reason, trace, attempts,
  parked_at AS "parkedAt", status`;

/** Postgres has no NUL in text. */
function storable(text: string): string {
  return text.replaceAll("\0", "\uFFFD");
}

/** Parks messages for a handler; one that is parked already, found at the same place, is left alone. */
export async function park(tx: Tx, handler: string, parkings: readonly Parking[]): Promise<void> {
  if (parkings.length === 0) return;
  const rows = parkings.map(({ message, reason, trace, attempts }) => ({
    handler,
    topic: message.topic,
    position: message.position,
    key: storable(message.key),
    event_id: message.event?.id ?? null,
    type: message.type === null ? null : storable(message.type),
    payload: storable(message.payload),
    reason: storable(reason),
    trace: trace === undefined ? null : storable(trace),
    attempts,
  }));
  const columns = "handler, topic, position, key, event_id, type, payload, reason, trace, attempts";
  await tx.query(
    `INSERT INTO dead_letter (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::dead_letter, $1)
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(rows)],
  );
}

/** Those of the keys that have parked events for the handler. */
export async function parkedKeys(tx: Tx, handler: string, keys: readonly string[]): Promise<Set<string>> {
  const sql = "SELECT DISTINCT key FROM dead_letter WHERE handler = $1 AND status = 'parked' AND key = ANY($2)";
  const rows = await tx.query<{ key: string }>(sql, [handler, keys]);
  return new Set(rows.map(({ key }) => key));
}

/** Makes replays of these records and the handler's consumer take turns, until the end of the transaction. */
export async function lockKeys(tx: Tx, handler: string, keys: Iterable<string>): Promise<void> {
  const sql = "SELECT pg_advisory_xact_lock(hashtextextended(lock, 0)) FROM unnest($1::text[]) AS lock";
  await tx.query(sql, [[...keys].sort().map((key) => `kehu.dead-letter.${handler}.${key}`)]);
}

/** The oldest parked event of a record for a handler, locked. */
export async function oldestParked(
  tx: Tx,
  handler: string,
  key: string,
): Promise<(DeadLetter & { position: string }) | undefined> {
  const sql = `SELECT ${COLUMNS}, position FROM dead_letter
    WHERE handler = $1 AND key = $2 AND status = 'parked' ORDER BY dead_letter.id LIMIT 1 FOR UPDATE`;
  return (await tx.query<DeadLetter & { position: string }>(sql, [handler, key]))[0];
}

export async function findDeadLetter(database: Queryable, id: string): Promise<DeadLetter | undefined> {
  return (await database.query<DeadLetter>(`SELECT ${COLUMNS} FROM dead_letter WHERE id = $1`, [id]))[0];
}

/** @param before id of the last one of the page before; null for the newest ones */
export function listDeadLetters(
  database: Queryable,
  status: DeadLetter["status"],
  before: string | null,
  limit: number,
): Promise<DeadLetter[]> {
  const sql = `SELECT ${COLUMNS} FROM dead_letter
    WHERE status = $1 AND ($2::bigint IS NULL OR dead_letter.id < $2) ORDER BY dead_letter.id DESC LIMIT $3`;
  return database.query<DeadLetter>(sql, [status, before, limit]);
}
