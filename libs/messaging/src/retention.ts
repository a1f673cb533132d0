import type { Connection } from "./session.ts";
import { BUS_RETENTION_DAYS } from "./transport.ts";

/** Days that a published event stays in the outbox, for `republish`. One that is not published stays for ever. */
export const OUTBOX_RETENTION_DAYS = 7;
/** Longer than a message can come again. */
const INBOX_RETENTION_DAYS = BUS_RETENTION_DAYS + 5;

/** Looks at the oldest rows only: an index on `published_at` would cost every event. */
const PRUNE_OUTBOX = `
  DELETE FROM outbox WHERE seq IN (
    SELECT seq FROM (SELECT seq, published_at FROM outbox ORDER BY seq LIMIT 1000) AS oldest
    WHERE published_at < now() - make_interval(days => ${OUTBOX_RETENTION_DAYS}))
  RETURNING 1`;

const PRUNE_INBOX = `
  DELETE FROM inbox WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM inbox WHERE at < now() - make_interval(days => ${INBOX_RETENTION_DAYS}) LIMIT 1000))
  RETURNING 1`;

/** Days that a dead letter stays which an operator has replayed or discarded. One that waits for him stays for ever. */
const DEAD_LETTER_RETENTION_DAYS = 90;

const PRUNE_DEAD_LETTERS = `
  DELETE FROM dead_letter WHERE id = ANY(ARRAY(
    SELECT id FROM dead_letter
    WHERE status <> 'parked' AND parked_at < now() - make_interval(days => ${DEAD_LETTER_RETENTION_DAYS}) LIMIT 1000))
  RETURNING 1`;

/** Deletes in small transactions, which hold nobody up. */
async function deleteAll(connection: Connection, sql: string): Promise<void> {
  while ((await connection.query(sql)).length > 0) continue;
}

export function pruneOutbox(connection: Connection): Promise<void> {
  return deleteAll(connection, PRUNE_OUTBOX);
}

export function pruneInbox(connection: Connection): Promise<void> {
  return deleteAll(connection, PRUNE_INBOX);
}

export function pruneDeadLetters(connection: Connection): Promise<void> {
  return deleteAll(connection, PRUNE_DEAD_LETTERS);
}
