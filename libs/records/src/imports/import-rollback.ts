import type { RequestContext } from "@kehu/auth";
import { Conflict, type DomainEvent } from "@kehu/contracts";
import type { Database, Tx } from "@kehu/database";
import type { Clock } from "../clock.ts";
import { assign, event, type Change, type RecordEntity } from "../record.entity.ts";
import type { Records } from "../records.ts";
import type { Resource } from "../resource.ts";
import type { Pace } from "./giving-way.ts";
import { LeaseLost } from "./import-batch.ts";
import { openChange, type ChangedProperties } from "./import-changes.ts";
import { joined, valuesBefore } from "./import-undo.ts";
import { fieldsSince, storeKept, type Kept, type KeptRows } from "./import-kept.ts";
import { UNDONE, type ImportJob } from "./import-job.ts";

/** What an import did to one record, in the order in which it did it. */
interface Done {
  recordId: string;
  version: number;
  isNew: boolean;
  properties: (string | null)[];
  /** Of the file, change by change; null of what an earlier version has imported. */
  lines: (number[] | null)[];
}

/** What a rollback works with. */
export interface Rollback {
  job: ImportJob;
  resource: Resource;
  who: RequestContext;
  worker: string;
  database: Database;
  records: Records;
  clock: Clock;
  pace: Pace;
}

/**
 * Takes back what an import did to the next records: new ones are deleted and let go of their names in other systems,
 * changed ones get the values back that nobody has changed since. What stays as it is, is counted as kept, and its rows
 * say why.
 *
 * @returns false where nothing is left
 * @throws LeaseLost
 */
export function rollBackNext(rollback: Rollback): Promise<boolean> {
  return rollback.pace.step(() => rollback.database.transaction((tx) => undoNext(tx, rollback)));
}

/** Looks for the next records and takes back what was done to them, in one transaction. @returns false where none are left */
async function undoNext(tx: Tx, rollback: Rollback): Promise<boolean> {
  const { job, resource, who, records, worker, pace } = rollback;
  const done = await tx.query<Done & Record<string, unknown>>(
    `SELECT record_id AS "recordId", max(version) AS version, bool_or(is_new) AS "isNew",
       array_agg(properties ORDER BY version) AS properties, json_agg(lines) AS lines
     FROM import_change WHERE job_id = $1 GROUP BY record_id ORDER BY record_id LIMIT $2`,
    [job.id, pace.rows],
  );
  if (done.length === 0) return false;
  const ids = done.map(({ recordId }) => recordId);
  const locked = new Map((await records.lock(tx, resource, ids, who)).map((one) => [one.record.id, one]));
  const usage = await resource.usage?.(tx, ids);
  const changes: Change[] = [];
  const stayed = new Map<Done, Kept>();
  for (const one of done) {
    const there = locked.get(one.recordId);
    if (!there?.writable) {
      stayed.set(one, because(there ? "record.not-writable" : "import.out-of-reach"));
      continue;
    }
    const { record } = there;
    const before = record.state();
    const { events, kept } = undone(rollback, record, one, usage);
    if (events.length > 0) changes.push({ record, before, events });
    if (kept) stayed.set(one, kept);
  }
  await records.store(tx, resource, changes, who);
  await storeKept(tx, job.id, await keptRows(tx, stayed));
  await tx.query("DELETE FROM import_change WHERE job_id = $1 AND record_id = ANY($2)", [job.id, ids]);
  const held = await tx.query(UNDONE, [job.id, worker, done.length - stayed.size, stayed.size]);
  if (held.length === 0) throw new LeaseLost();
  return true;
}

/** What is new, and has changed, has no values to compare with: its history names the fields. */
async function keptRows(tx: Tx, stayed: ReadonlyMap<Done, Kept>): Promise<KeptRows[]> {
  const isNew = [...stayed].filter(([done, { code }]) => done.isNew && code === "import.changed-since");
  const since = await fieldsSince(tx, new Map(isNew.map(([{ recordId, version }]) => [recordId, version])));
  return [...stayed].map(([{ recordId, lines }, { code, fields }]) => ({
    lines: lines.flatMap((some) => some ?? []),
    kept: { code, fields: since.get(recordId) ?? fields },
  }));
}

const because = (code: Kept["code"], fields: string[] = []): Kept => ({ code, fields });

interface Undone {
  events: DomainEvent[];
  /** Why not all is as it was before. */
  kept: Kept | null;
}

/** What others do not allow stays. */
function undone(rollback: Rollback, record: RecordEntity, done: Done, usage: unknown): Undone {
  try {
    return undo(rollback, record, done, usage);
  } catch (error) {
    if (error instanceof Conflict) return stays("import.in-use");
    throw error;
  }
}

function undo({ job, resource, records, clock }: Rollback, record: RecordEntity, done: Done, usage: unknown): Undone {
  const now = clock.now();
  if (done.isNew) {
    if (record.deletedAt) return { events: withoutNames(record, resource, now), kept: null };
    if (record.version !== done.version) return stays("import.changed-since");
    record.externalIds = [];
    return { events: record.remove(now, usage), kept: null };
  }
  if (record.deletedAt) return stays("import.deleted-since");
  if (resource.keepsChanges) return stays("import.changes-stay");
  const opened = done.properties.map((text) => openChange(job.id, resource, record, text!, records.rows));
  if (opened.includes(null)) return stays("import.erased-since");
  const { values, theirs, fields } = valuesBefore(record, joined(opened as ChangedProperties[]), resource);
  const differs = assign(record, values);
  if (differs) record.mustStand?.(usage);
  return {
    events: differs ? [event(resource.updated!, record, now)] : [],
    kept: theirs ? because("import.changed-since", fields) : null,
  };
}

const stays = (code: Kept["code"]): Undone => ({ events: [], kept: because(code) });

/** What somebody has deleted before would keep its names from the next import. */
function withoutNames(record: RecordEntity, resource: Resource, now: Date): DomainEvent[] {
  if (record.externalIds.length === 0) return [];
  record.externalIds = [];
  return [event(resource.updated!, record, now)];
}
