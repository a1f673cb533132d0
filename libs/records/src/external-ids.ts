import { rowScope, type RequestContext } from "@kehu/auth";
import { Conflict, type ExternalId } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { Values } from "./caller-sql.ts";
import { sameValue, type Change, type RecordEntity } from "./record.entity.ts";
import type { Resource } from "./resource.ts";

/** @returns what no other name in another system has; either part of one may hold any sign */
export const nameKey = ({ system, id }: ExternalId) => JSON.stringify([system, id]);

/** A record with its names in other systems. */
type Named = Pick<RecordEntity, "id"> & { externalIds: readonly ExternalId[] };

/**
 * Lets the records that have changed be found by their names in other systems. A deleted record is found by its own until
 * another one takes them; to be restored it has to have them again.
 *
 * @throws Conflict `external-id.taken` with `conflicts`
 */
export async function keepNames(
  tx: Tx,
  resource: Resource,
  changes: readonly Change[],
  who: RequestContext,
): Promise<void> {
  await letGo(tx, resource.type, changes);
  await free(tx, changes.filter(isGone));
  const named = changes.filter(hasNewNames).map(({ record }) => record);
  if (!(await keepExternalIds(tx, resource.type, named))) throw await taken(tx, resource, named, who);
}

const isGone = ({ record, before }: Change) => record.deletedAt !== null && before?.deletedAt === null;

function hasNewNames({ record, before }: Change): boolean {
  if (record.externalIds.length === 0 || record.deletedAt) return false;
  const isRestored = Boolean(before?.deletedAt);
  return isRestored || !sameValue(record.externalIds, before?.externalIds);
}

/** Names in other systems that records have no more are free for others. */
async function letGo(tx: Tx, type: string, changes: readonly Change[]): Promise<void> {
  const lost = changes.flatMap(({ record, before }) =>
    (before?.externalIds ?? [])
      .filter((name) => !record.externalIds.some((kept) => sameValue(kept, name)))
      .map((name) => ({ system: name.system, external_id: name.id, record_id: record.id })),
  );
  if (lost.length === 0) return;
  await tx.query(
    `DELETE FROM external_id e USING json_to_recordset($2) AS r (system text, external_id text, record_id uuid)
     WHERE e.type = $1 AND e.system = r.system AND e.external_id = r.external_id AND e.record_id = r.record_id`,
    [type, JSON.stringify(lost)],
  );
}

/** Locks in the order in which others take names, so that nobody waits for each other. */
async function free(tx: Tx, changes: readonly Change[]): Promise<void> {
  const ids = changes.filter(({ record }) => record.externalIds.length > 0).map(({ record }) => record.id);
  if (ids.length === 0) return;
  await tx.query(
    `WITH theirs AS (SELECT type, system, external_id FROM external_id WHERE record_id = ANY($1)
       ORDER BY type, system, external_id FOR UPDATE)
     UPDATE external_id e SET is_free = true FROM theirs t
     WHERE e.type = t.type AND e.system = t.system AND e.external_id = t.external_id`,
    [ids],
  );
}

/**
 * Makes records findable by their names in other systems.
 *
 * @returns false where a name belongs to another record, which is not deleted; that name is left as it is
 */
export async function keepExternalIds(tx: Tx, type: string, records: readonly Named[]): Promise<boolean> {
  const entries = entriesOf(type, records);
  // A batch of events may tell of one record more than once.
  const names = new Map<string, (typeof entries)[number]>();
  for (const entry of entries) {
    const name = nameKey({ system: entry.system, id: entry.external_id });
    if (!names.has(name)) names.set(name, entry);
  }
  if (names.size === 0) return true;
  // Whether it is free is read of the row that was waited for; whether its record is deleted would be older news.
  const kept = await tx.query(
    `INSERT INTO external_id (type, system, external_id, record_id)
     SELECT type, system, external_id, record_id FROM json_populate_recordset(NULL::external_id, $1)
     ORDER BY type, system, external_id
     ON CONFLICT (type, system, external_id) DO UPDATE SET record_id = excluded.record_id, is_free = false
     WHERE external_id.record_id = excluded.record_id OR external_id.is_free RETURNING 1`,
    [JSON.stringify([...names.values()])],
  );
  const isShared = new Set(entries.map((entry) => JSON.stringify(entry))).size > names.size;
  return !isShared && kept.length === names.size;
}

/** @returns the ids of those records of which another one has a name */
export async function namesTaken(tx: Tx, type: string, records: readonly Named[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT DISTINCT n.record_id AS id FROM json_populate_recordset(NULL::external_id, $1) n
     JOIN external_id e USING (type, system, external_id) WHERE e.record_id <> n.record_id ORDER BY id`,
    [JSON.stringify(entriesOf(type, records))],
  );
  return rows.map(({ id }) => id);
}

const entriesOf = (type: string, records: readonly Named[]) =>
  records.flatMap(({ id, externalIds }) =>
    externalIds.map((name) => ({ type, system: name.system, external_id: name.id, record_id: id })),
  );

/** Whose the names are. A record out of the caller's reach is not named. */
async function taken(tx: Tx, resource: Resource, records: readonly Named[], who: RequestContext): Promise<Conflict> {
  const values = new Values();
  const wanted = values.bind(JSON.stringify(entriesOf(resource.type, records)));
  const scope = rowScope(who, resource.permissions.read, "t", values.bind);
  const conflicts = await tx.query<{ system: string; recordId: string | null }>(
    `SELECT e.system, CASE WHEN ${scope} THEN t.id END AS "recordId" FROM json_populate_recordset(NULL::external_id, ${wanted}) n
     JOIN external_id e ON e.type = n.type AND e.system = n.system AND e.external_id = n.external_id
     JOIN ${resource.table} t ON t.id = e.record_id WHERE e.record_id <> n.record_id ORDER BY e.system, e.external_id`,
    values.list,
  );
  const errors = conflicts.map(({ system, recordId }) => ({
    field: "externalIds",
    code: "external-id.taken",
    message: `${recordId ? `The record ${recordId}` : "Another record"} has this id in the system ${system}.`,
  }));
  const detail = errors[0]?.message ?? "Another record has this external id.";
  return new Conflict("external-id.taken", detail, { conflicts, ...(errors.length > 0 && { errors }) });
}
