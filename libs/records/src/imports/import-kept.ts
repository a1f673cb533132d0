import type { RequestContext } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import { fieldsFor, hiddenNames } from "../field-rules.ts";
import type { Resource } from "../resource.ts";

/** Why a rollback leaves a record, or a part of it, as it is. */
const MESSAGES = {
  "import.changed-since": "The record was changed since; these fields are as they were changed.",
  "import.deleted-since": "The record was deleted since. Restore it, and change it by hand.",
  "import.erased-since": "The person was erased since; what was known before is gone.",
  "import.in-use": "Other records need it as it is. Let them go, or change them, first.",
  "import.out-of-reach": "The record is out of your reach.",
  "import.changes-stay": "Changes of records of this kind are not taken back.",
  "record.too-large": "With what it had before, the record would be too large. Shorten some of its texts first.",
  "record.not-writable": "You may read this record but not change it.",
} as const;

export interface Kept {
  code: keyof typeof MESSAGES;
  /** Names of fields that somebody else has changed. */
  fields: string[];
}

/** The same as the API shows it. */
export interface KeptView extends Kept {
  message: string;
}

/** What a rollback could not take back: of which rows of the file, and why. */
export interface KeptRows {
  lines: readonly number[];
  kept: Kept;
}

/** Says of rows that their records stay. */
export async function storeKept(tx: Tx, jobId: string, rows: readonly KeptRows[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `UPDATE import_row r SET kept = k.kept FROM json_to_recordset($2) AS k (lines integer[], kept jsonb)
     WHERE r.job_id = $1 AND r.line = ANY (k.lines)`,
    [jobId, JSON.stringify(rows)],
  );
}

/**
 * @param versions of records, by their ids
 * @returns the names of the fields that have changed since, by the same ids
 */
export async function fieldsSince(tx: Tx, versions: ReadonlyMap<string, number>): Promise<Map<string, string[]>> {
  if (versions.size === 0) return new Map();
  const rows = await tx.query<{ id: string; fields: string[] }>(
    `SELECT w.id, array_agg(DISTINCT h.field ORDER BY h.field) AS fields
     FROM unnest($1::uuid[], $2::integer[]) AS w (id, version)
     JOIN history h ON h.record_id = w.id AND h.version > w.version AND h.field IS NOT NULL GROUP BY w.id`,
    [[...versions.keys()], [...versions.values()]],
  );
  return new Map(rows.map(({ id, fields }) => [id, fields]));
}

/** @returns what shows why a record stayed, without the names of fields that are closed to the caller */
export function keptViews(resource: Resource, who: RequestContext): (kept: Kept | null) => KeptView | null {
  const open = fieldsFor(resource, who);
  const closed = new Set(Object.keys(resource.fields).filter((name) => !Object.hasOwn(open, name)));
  for (const name of hiddenNames(resource, who)) closed.add(name);
  const isOpen = (field: string) => !closed.has(field) && !(field.startsWith("custom.") && closed.has("custom"));
  return (kept) => kept && { code: kept.code, message: MESSAGES[kept.code], fields: kept.fields.filter(isOpen) };
}
