import type { Bind, RequestContext } from "@kehu/auth";
import { rowset, type Tx } from "@kehu/database";
import { insertIntoOutbox } from "@kehu/messaging";
import type { PersonKey } from "@kehu/personal-data";
import { partsFor, Values } from "./caller-sql.ts";
import { leaveTogether } from "./deleted-with.ts";
import { keepNames } from "./external-ids.ts";
import { keepMade, rowToKeep } from "./idempotency.ts";
import { sameValue, type Change, type PublicState } from "./record.entity.ts";
import type { Reply } from "./reply.ts";
import type { Resource } from "./resource.ts";
import type { Rows } from "./rows.ts";
import { changedCustom, valueIn, writesOfCustom } from "./custom-store.ts";
import { historyPlace, personalIn } from "./sealing.ts";
import { shapeView, viewColumns } from "./view.ts";

/**
 * Writes changed records of one resource, their history and their events with one statement, and their external ids
 * with another. Completes the events: `data.changed` are the fields that differ from before.
 */
export async function store(
  tx: Tx,
  rows: Rows,
  resource: Resource,
  changes: readonly Change[],
  who: RequestContext,
): Promise<void> {
  if (changes.length === 0) return;
  await haveKeys(tx, rows, resource, changes);
  const values = new Values();
  const parts = writes(tx, rows, resource, changes, who, values.bind);
  const last = parts.pop()!;
  await Promise.all([
    tx.query(`${before(parts)} ${last}`, values.list),
    keepNames(tx, resource, changes, who),
    leaveTogether(tx, changes),
  ]);
}

/**
 * The same for one record, together with the reply that shows it, which is kept with the caller's Idempotency-Key.
 * COMMIT does not wait for it.
 *
 * @param location where the record is, if it is new
 */
export async function storeShown(
  tx: Tx,
  rows: Rows,
  resource: Resource,
  change: Change,
  who: RequestContext,
  location: string | null,
): Promise<Reply> {
  await haveKeys(tx, rows, resource, [change]);
  const { sql, values } = partsFor(who, resource, "view", (bind) => viewColumns(resource, who, bind));
  const { version } = change.record;
  const parts = writes(tx, rows, resource, [change], who, values.bind);
  const kept = who.idempotency ? `, ${rowToKeep(resource, change.record, rows, values.bind)} AS "kept.row"` : "";
  const written = `${parts.pop()!} RETURNING ${sql.columns}${kept}`;
  const keeping = kept ? `, kept AS (${keepMade("written", who, { version, location }, values.bind)})` : "";
  const sent = tx.queue(
    `${before(parts)}, written AS (${written})${keeping} SELECT ${sql.names} FROM written`,
    values.list,
  );
  const body = sent.then(([row]) => shapeView(resource, row!, who, rows.personal));
  body.catch(() => undefined); // whoever commits hears of it
  await Promise.all([keepNames(tx, resource, [change], who), leaveTogether(tx, [change])]);
  return { body, version, location, isKept: true };
}

function haveKeys(tx: Tx, rows: Rows, resource: Resource, changes: readonly Change[]): Promise<void> {
  return rows.haveKeys(
    tx,
    resource,
    changes.map(({ record }) => record),
  );
}

/** One statement costs the server much less than several. */
function before(parts: readonly string[]): string {
  return `WITH ${parts.map((part, index) => `part_${index} AS (${part})`).join(", ")}`;
}

/** The parts of the statement; the last one writes records. */
function writes(
  tx: Tx,
  rows: Rows,
  resource: Resource,
  changes: readonly Change[],
  who: RequestContext,
  bind: Bind,
): string[] {
  const history: HistoryRow[] = [];
  for (const change of changes) {
    const after = change.record.state();
    const fields = changedFields(change.before, after);
    const key = rows.keyOf(change.record);
    for (const event of change.events) {
      event.data.changed = fields;
      event.before = change.before;
      event.seal = key?.sealerOf(change.record.id);
    }
    history.push(...historyOf(resource, change, after, fields, who, key));
  }
  const events = changes.flatMap((change) => change.events);
  const kept = changes.filter((change) => change.before !== null).map(({ record }) => record);
  const born = changes.filter((change) => change.before === null).map(({ record }) => record);
  return [
    insertHistory(history, bind),
    insertIntoOutbox(tx, events, who, bind),
    ...writesOfCustom(resource, changes, bind),
    ...(kept.length ? [rows.update(resource, kept, bind)] : []),
    ...(born.length ? [rows.insert(resource, born, bind)] : []),
  ];
}

const HISTORY = {
  resource: "text",
  record_id: "uuid",
  version: "integer",
  event_type: "text",
  field: "text",
  before: "jsonb",
  after: "jsonb",
  actor_type: "text",
  actor_id: "text",
  origin: "text",
  request_id: "text",
  job_id: "uuid",
  at: "timestamptz",
} as const;

type HistoryRow = Partial<Record<keyof typeof HISTORY, unknown>>;

function insertHistory(entries: readonly HistoryRow[], bind: Bind): string {
  const columns = Object.keys(HISTORY).join(", ");
  return `INSERT INTO history (${columns}) SELECT ${columns} FROM ${rowset(HISTORY, entries, bind)}`;
}

const valuesOf = (state: object | null) => (state ?? {}) as Readonly<Record<string, unknown>>;

/** Names of what differs, of custom fields each by itself: `custom.region`. */
export function changedFields(before: PublicState | null, after: PublicState): string[] {
  const [was, is] = [valuesOf(before), valuesOf(after)];
  const changed = Object.keys(is).filter(
    (field) => field !== "updatedAt" && field !== "id" && !sameValue(is[field] ?? null, was[field] ?? null),
  );
  if (!changed.includes("custom")) return changed;
  const custom = changedCustom(was, is).map((name) => `custom.${name}`);
  return [...changed.filter((field) => field !== "custom"), ...custom];
}

function historyOf(
  resource: Resource,
  { record, before, events }: Change,
  after: PublicState,
  fields: readonly string[],
  who: RequestContext,
  key: PersonKey | undefined,
): HistoryRow[] {
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
  const [was, is] = [valuesOf(before), valuesOf(after)];
  const isPersonal = personalIn(resource);
  const kept = (field: string, value: unknown) =>
    isPersonal(field) ? sealedValue(value, historyPlace(record.id, field), key) : (value ?? null);
  return fields.map((field) => {
    const [before, after] = [was, is].map((state) => kept(field, valueIn(state, field)));
    return { ...entry, field, before, after };
  });
}

/** A value of an erased person is kept nowhere. */
function sealedValue(value: unknown, place: string, key: PersonKey | undefined): { enc: string } | null {
  if (value === null || value === undefined || key?.isDestroyed) return null;
  return { enc: key!.seal(value, place) };
}
