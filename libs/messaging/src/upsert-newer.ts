import type { Queryable } from "@kehu/database";

/** A row of a local copy or fact: columns by their names in the table. */
export interface VersionedRow {
  id: string;
  version: number;
  [column: string]: unknown;
}

const IDENTIFIER = /^[a-z_][a-z0-9_]*$/;

/**
 * Writes local copies or facts with one statement: a row that is newer than what the table has replaces it, an older
 * one is ignored. An equal version is the same state; it is written again, so that a snapshot repairs a copy and fills
 * columns that an upgrade added.
 *
 * @param table with a primary key `id` and a column `version`
 * @param rows all with the same columns; of several with one id the newest counts; other columns of the table keep
 *   what they have
 * @returns ids of the rows that were written
 */
export async function upsertNewer(tx: Queryable, table: string, rows: readonly VersionedRow[]): Promise<string[]> {
  const newest = new Map<string, VersionedRow>();
  for (const row of rows) {
    const known = newest.get(row.id);
    if (!known || known.version <= row.version) newest.set(row.id, row);
  }
  const [first] = newest.values();
  if (!first) return [];
  const columns = Object.keys(first);
  const strange = [table, ...columns].find((name) => !IDENTIFIER.test(name));
  if (strange !== undefined) throw new Error(`Not the name of a table or column: ${strange}`);
  const list = columns.map((column) => `"${column}"`).join(", ");
  const changes = columns.filter((column) => column !== "id").map((column) => `"${column}" = excluded."${column}"`);
  // In the order of ids, so that two transactions that write the same rows cannot lock each other out.
  const written = await tx.query<{ id: string }>(
    `INSERT INTO "${table}" AS known (${list}) SELECT ${list} FROM json_populate_recordset(NULL::"${table}", $1) ORDER BY id
     ON CONFLICT (id) DO UPDATE SET ${changes.join(", ")} WHERE known.version <= excluded.version RETURNING id`,
    [
      JSON.stringify([...newest.values()], (_, value: unknown) =>
        typeof value === "bigint" ? value.toString() : value,
      ),
    ],
  );
  return written.map((row) => row.id);
}
