import { createHash } from "node:crypto";

/** An entry as it is stored; bigint as text. */
export interface StoredEntry {
  id: string;
  at: Date;
  recorded_at: Date;
  action: string;
  outcome: string;
  actor_type: string | null;
  actor_id: string | null;
  session_id: string | null;
  address: string | null;
  request_id: string | null;
  method: string | null;
  path: string | null;
  status: number | null;
  code: string | null;
  record_type: string | null;
  record_id: string | null;
  version: number | null;
  changed: string[] | null;
  event_id: string | null;
}

/** Every column of an entry, in the order in which it is sealed; of the alias `e`. */
export const ENTRY_COLUMNS = `e.id, e.at, e.recorded_at, e.action, e.outcome, e.actor_type, e.actor_id, e.session_id,
  e.address, e.request_id, e.method, e.path, e.status, e.code, e.record_type, e.record_id, e.version, e.changed, e.event_id`;

/** What stands before the first seal. */
export const BEGINNING: Buffer = Buffer.alloc(32);

/** The newest seal and its place in the chain. */
export const LAST_SEAL = `
  SELECT first_seq + cardinality(entry_ids) - 1 AS seq, substring(hashes FROM octet_length(hashes) - 31) AS hash
  FROM audit_seal ORDER BY first_seq DESC LIMIT 1`;

/** One seal, by its place in the chain. */
export const SEAL_AT = `
  SELECT substring(hashes FROM (32 * ($1 - first_seq) + 1)::int FOR 32) AS hash
  FROM audit_seal WHERE first_seq <= $1 ORDER BY first_seq DESC LIMIT 1`;

/**
 * Each seal in a row of its own: `seq`, `entry_id`, `hash`.
 *
 * @param stored rows of `audit_seal`: the table, or a query in brackets
 */
export const sealsIn = (stored: string) => `
  SELECT s.first_seq + u.place - 1 AS seq, u.entry_id, substring(s.hashes FROM (32 * u.place - 31)::int FOR 32) AS hash
  FROM ${stored} s CROSS JOIN LATERAL unnest(s.entry_ids) WITH ORDINALITY AS u (entry_id, place)`;

/**
 * The seal of an entry: SHA-256 of the seal before it and of the entry's canonical form, a JSON array of all that is
 * stored of it in a fixed order, with its place in the chain in front.
 *
 * @param before the seal before it
 * @param seq place in the chain, from 1, in decimal digits
 */
export function sealOf(before: Buffer, seq: string, entry: StoredEntry): Buffer {
  return createHash("sha256").update(before).update(canonical(seq, entry)).digest();
}

function canonical(seq: string, entry: StoredEntry): string {
  return JSON.stringify([
    "kehu-audit-1",
    seq,
    entry.id,
    entry.at,
    entry.recorded_at,
    entry.action,
    entry.outcome,
    entry.actor_type,
    entry.actor_id,
    entry.session_id,
    entry.address,
    entry.request_id,
    entry.method,
    entry.path,
    entry.status,
    entry.code,
    entry.record_type,
    entry.record_id,
    entry.version,
    entry.changed,
    entry.event_id,
  ]);
}
