import type { RequestContext } from "@kehu/auth";
import { Conflict, type ExternalId } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { appendToOutbox } from "@kehu/messaging";
import { sameValue, type Change } from "./record.entity.ts";
import type { Resource } from "./resource.ts";
import type { Rows } from "./rows.ts";

/**
 * Writes changed records of one resource, their history, external ids and events; each table with one statement.
 * Completes the events: `data.changed` are the fields that differ from before.
 */
export async function store(
  tx: Tx,
  rows: Rows,
  resource: Resource,
  changes: readonly Change[],
  who: RequestContext,
): Promise<void> {
  if (changes.length === 0) return;
  const { insert, update } = rows.statements(resource);
  const history: object[] = [];
  for (const change of changes) {
    const fields = changedFields(change);
    for (const event of change.events) event.data.changed = fields;
    history.push(...historyOf(resource, change, fields, who));
  }
  const born = changes.filter(({ before }) => before === null);
  const kept = changes.filter(({ before }) => before !== null);
  const rowsOf = (some: readonly Change[]) => [JSON.stringify(some.map(({ record }) => rows.write(resource, record)))];
  const named = changes.filter(hasNewExternalIds).map(({ record }) => record);
  // Sent together, in this order: none needs what another answers, and where one fails those behind it do, too.
  const written: Promise<unknown>[] = [];
  if (born.length) written.push(tx.query(insert, rowsOf(born)));
  if (kept.length) written.push(tx.query(update, rowsOf(kept)));
  const areNamed = keepExternalIds(tx, resource.type, named);
  const events = changes.flatMap((change) => change.events);
  written.push(areNamed, tx.query(INSERT_HISTORY, [JSON.stringify(history)]), appendToOutbox(tx, events, who));
  await Promise.all(written);
  if (!(await areNamed)) throw new Conflict("external-id.taken", "Another record has this external id.");
}

const HISTORY_COLUMNS =
  "resource, record_id, version, event_type, field, before, after, actor_type, actor_id, origin, request_id, job_id, at";
const INSERT_HISTORY = `INSERT INTO history (${HISTORY_COLUMNS}) SELECT ${HISTORY_COLUMNS} FROM json_populate_recordset(NULL::history, $1)`;

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
