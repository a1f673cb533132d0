import type { Tx } from "@kehu/database";
import type { Change } from "./record.entity.ts";

/** Remembers which records of a resource were deleted together with another record. */
export async function keepTogether(
  tx: Tx,
  resource: string,
  changes: readonly Change[],
  rootId: string,
): Promise<void> {
  const ids = changes.map(({ record }) => record.id);
  await tx.query(
    `INSERT INTO deleted_with (record_id, resource, root_id) SELECT id, $2, $3 FROM unnest($1::uuid[]) id
     ON CONFLICT (record_id) DO UPDATE SET root_id = excluded.root_id`,
    [ids, resource, rootId],
  );
}

/** @returns the ids of what was deleted together with a record, by resource */
export async function deletedWith(tx: Tx, rootId: string): Promise<{ resource: string; ids: string[] }[]> {
  return tx.query<{ resource: string; ids: string[] }>(
    "SELECT resource, array_agg(record_id) AS ids FROM deleted_with WHERE root_id = $1 GROUP BY resource ORDER BY resource",
    [rootId],
  );
}

/** What is back belongs to no deletion any more, neither as what went with another record nor as that record. */
export async function leaveTogether(tx: Tx, changes: readonly Change[]): Promise<void> {
  const ids = changes
    .filter(({ record, before }) => before?.deletedAt && record.deletedAt === null)
    .map(({ record }) => record.id);
  if (ids.length === 0) return;
  await tx.query("DELETE FROM deleted_with WHERE record_id = ANY($1) OR root_id = ANY($1)", [ids]);
}
