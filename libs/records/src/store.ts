import type { RequestContext } from "@kehu/auth";
import { Conflict, type ExternalId } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { insertIntoOutbox } from "@kehu/messaging";
import { sameValue, type Change } from "./record.entity.ts";
import type { Resource } from "./resource.ts";
import type { Rows } from "./rows.ts";
import { shapeView, Values, viewColumns, type RecordView } from "./view.ts";

/**
 * Writes changed records of one resource, their history and their events with one statement, and their external ids
 * with another. Completes the events: `data.changed` are the fields that differ from before.
 *
 * @param shown whether the record is wanted as the API shows it; only for one change
 * @returns the records that are wanted
 */
export async function store(
  tx: Tx,
  rows: Rows,
  resource: Resource,
  changes: readonly Change[],
  who: RequestContext,
  shown: boolean,
): Promise<RecordView[]> {
  if (changes.length === 0) return [];
  const values = new Values();
  const history: object[] = [];
  for (const change of changes) {
    const fields = changedFields(change);
    for (const event of change.events) event.data.changed = fields;
    history.push(...historyOf(resource, change, fields, who));
  }
  const born = changes.filter(({ before }) => before === null);
  const kept = changes.filter(({ before }) => before !== null);
  const bindRows = (some: readonly Change[]) =>
    values.bind(JSON.stringify(some.map(({ record }) => rows.write(resource, record))));
  const statements = [
    insertHistory(values.bind(JSON.stringify(history))),
    insertIntoOutbox(
      tx,
      changes.flatMap((change) => change.events),
      who,
      values.bind,
    ),
    ...(kept.length ? [rows.update(resource, bindRows(kept))] : []),
    ...(born.length ? [rows.insert(resource, bindRows(born))] : []),
  ];
  const returning = shown ? ` RETURNING ${viewColumns(resource, who, values.bind)}` : "";
  const named = changes.filter(hasNewExternalIds).map(({ record }) => record);
  const [stored, areNamed] = await Promise.all([
    tx.query(together(statements) + returning, values.list),
    keepExternalIds(tx, resource.type, named),
  ]);
  if (!areNamed) throw new Conflict("external-id.taken", "Another record has this external id.");
  return stored.map((row) => shapeView(resource, row));
}

/** One statement costs the server much less than several. What the last one returns the whole returns. */
function together(statements: readonly string[]): string {
  const before = statements.slice(0, -1).map((statement, index) => `part_${index} AS (${statement})`);
  return `WITH ${before.join(", ")} ${statements.at(-1)}`;
}

const HISTORY_COLUMNS =
  "resource, record_id, version, event_type, field, before, after, actor_type, actor_id, origin, request_id, job_id, at";
const insertHistory = (rows: string) =>
  `INSERT INTO history (${HISTORY_COLUMNS}) SELECT ${HISTORY_COLUMNS} FROM json_populate_recordset(NULL::history, ${rows})`;

function changedFields({ record, before }: Change): string[] {
  const after = record.state() as unknown as Record<string, unknown>;
  const known = (before ?? {}) as unknown as Record<string, unknown>;
  return Object.keys(after).filter(
    (field) => field !== "updatedAt" && field !== "id" && !sameValue(after[field] ?? null, known[field] ?? null),
  );
}

function historyOf(
  resource: Resource,
  { record, before, events }: Change,
  fields: string[],
  who: RequestContext,
): object[] {
  const entry = {
    resource: resource.name,
    record_id: record.id,
    version: record.version,
    event_type: events.at(-1)!.type,
    actor_type: who.actorType,
    actor_id: who.actorId,
    origin: who.origin,
    request_id: who.requestId,
    job_id: who.jobId,
    at: record.updatedAt,
  };
  if (before === null) return events.map((event) => ({ ...entry, version: event.version, event_type: event.type }));
  const was = before as unknown as Record<string, unknown>;
  const is = record.state() as unknown as Record<string, unknown>;
  return fields.map((field) => ({ ...entry, field, before: was[field] ?? null, after: is[field] ?? null }));
}

function hasNewExternalIds({ record, before }: Change): boolean {
  return record.externalIds.length > 0 && !sameValue(record.externalIds, before?.externalIds);
}

/**
 * Makes records, or copies of another service's records, findable by their names in other systems.
 *
 * @returns false where a name belongs to another record; that name is left as it is
 */
export async function keepExternalIds(
  tx: Tx,
  type: string,
  records: readonly { id: string; externalIds: readonly ExternalId[] }[],
): Promise<boolean> {
  const entries = records.flatMap(({ id, externalIds }) =>
    externalIds.map((name) => ({ type, system: name.system, external_id: name.id, record_id: id })),
  );
  // A batch of events may tell of one record more than once.
  const names = new Map<string, (typeof entries)[number]>();
  for (const entry of entries) {
    const name = JSON.stringify([entry.system, entry.external_id]);
    if (!names.has(name)) names.set(name, entry);
  }
  if (names.size === 0) return true;
  const kept = await tx.query(
    `INSERT INTO external_id (type, system, external_id, record_id)
     SELECT type, system, external_id, record_id FROM json_populate_recordset(NULL::external_id, $1)
     ORDER BY type, system, external_id
     ON CONFLICT (type, system, external_id) DO UPDATE SET record_id = excluded.record_id
     WHERE external_id.record_id = excluded.record_id RETURNING 1`,
    [JSON.stringify([...names.values()])],
  );
  const isShared = new Set(entries.map((entry) => JSON.stringify(entry))).size > names.size;
  return !isShared && kept.length === names.size;
}
