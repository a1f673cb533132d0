import type { KeyObject } from "node:crypto";
import { BEGINNING, ENTRY_COLUMNS, sealOf, sealsIn, type StoredEntry } from "./chain.ts";
import { isGenuine, type Head } from "./heads.ts";

/** Rows of seals, of up to some thousand each. */
const PAGE = 5;

/** Runs SQL and gives the rows; the tables are named with their schema. */
export type Query = <R>(sql: string, values: readonly unknown[]) => Promise<R[]>;

/** What a walk over the chain has found. */
export interface Verdict {
  /** Entries whose seals are good. */
  sealed: bigint;
  /** Entries that wait for their seal. */
  waiting: bigint;
  /** Of the signed heads, how many the chain agrees with. */
  heads: number;
  /** The first thing that is wrong; null where all is well. */
  fault: string | null;
}

type Row = { seal_seq: string; entry_id: string; hash: Buffer } & (StoredEntry | { id: null });

const SEALED = `
  SELECT s.seq AS seal_seq, s.entry_id, s.hash, ${ENTRY_COLUMNS}
  FROM (${sealsIn(`(SELECT * FROM identity.audit_seal WHERE first_seq > $1 ORDER BY first_seq LIMIT ${PAGE})`)}) AS s
  LEFT JOIN identity.audit_entry e ON e.id = s.entry_id ORDER BY s.seq`;

/** In one look, as an entry is either waiting or sealed at any moment. */
const STRAYS = `
  SELECT e.id FROM identity.audit_entry e
  WHERE NOT EXISTS (SELECT 1 FROM (SELECT unnest(entry_ids) AS id FROM identity.audit_seal
    UNION ALL SELECT unnest(entry_ids) FROM identity.audit_unsealed) AS known WHERE known.id = e.id)
  ORDER BY e.id LIMIT 1`;

const WAITING = `
  SELECT count(*) AS waiting, min(u.id) FILTER (WHERE e.id IS NULL) AS gone
  FROM (SELECT unnest(entry_ids) AS id FROM identity.audit_unsealed) AS u LEFT JOIN identity.audit_entry e ON e.id = u.id`;

/**
 * Walks the chain from its beginning, in pages, and stops at the first thing that is wrong.
 *
 * @param heads read before the walk begins; the chain must have all of them
 * @param keys public keys that sign heads
 */
export async function verifyChain(
  query: Query,
  heads: readonly Head[],
  keys: ReadonlyMap<string, KeyObject>,
): Promise<Verdict> {
  const verdict: Verdict = { sealed: 0n, waiting: 0n, heads: 0, fault: null };
  const forged = heads.find((head) => !isGenuine(head, keys));
  if (forged) return { ...verdict, fault: `The head of ${forged.at} is not signed by a key of ours.` };
  const signed = new Map(heads.map((head) => [head.seq, head]));
  let hash = BEGINNING;
  for (;;) {
    const rows = await query<Row>(SEALED, [String(verdict.sealed)]);
    if (rows.length === 0) break;
    for (const row of rows) {
      const fault = faultOf(row, verdict.sealed + 1n, hash) ?? headFault(row, signed.get(row.seal_seq));
      if (fault) return { ...verdict, fault };
      hash = row.hash;
      verdict.sealed += 1n;
    }
  }
  verdict.heads = heads.length;
  return { ...verdict, ...(await theRest(query, heads, verdict.sealed)) };
}

function faultOf(row: Row, expected: bigint, before: Buffer): string | null {
  if (BigInt(row.seal_seq) !== expected) return `Seal ${expected} is missing.`;
  if (row.id === null) return `Entry ${row.entry_id} (seal ${expected}) is missing.`;
  if (sealOf(before, row.seal_seq, row).equals(row.hash)) return null;
  return `Entry ${row.entry_id} (seal ${expected}) is not what was sealed.`;
}

function headFault(row: Row, head: Head | undefined): string | null {
  if (!head || head.hash === row.hash.toString("hex")) return null;
  return `The chain up to entry ${row.entry_id} (seal ${row.seal_seq}) is not the one that was signed at ${head.at}.`;
}

/** What is not in the chain and should be, or is there and should not. */
async function theRest(query: Query, heads: readonly Head[], sealed: bigint): Promise<Partial<Verdict>> {
  const ahead = heads.find(({ seq }) => BigInt(seq) > sealed);
  if (ahead) return { fault: `The chain ends with seal ${sealed}; at ${ahead.at} it had ${ahead.seq}.` };
  const [stray] = await query<{ id: string }>(STRAYS, []);
  if (stray) return { fault: `Entry ${stray.id} is not in the chain and does not wait for its seal.` };
  const [rest] = await query<{ waiting: string; gone: string | null }>(WAITING, []);
  const fault = rest?.gone ? `Entry ${rest.gone}, which waited for its seal, is missing.` : null;
  return { waiting: BigInt(rest?.waiting ?? 0), fault };
}
