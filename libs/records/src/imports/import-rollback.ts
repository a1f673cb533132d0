import type { RequestContext } from "@kehu/auth";
import { Problem, type DomainEvent } from "@kehu/contracts";
import type { Database, Tx } from "@kehu/database";
import type { Clock } from "../clock.ts";
import { assign, event, type Change, type Locked, type RecordEntity } from "../record.entity.ts";
import type { Records } from "../records.ts";
import type { GivenBack, Resource } from "../resource.ts";
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
  const { database, pace } = rollback;
  return pace.step(async () => {
    for (const { rows, isKept } of [{ rows: pace.rows }, { rows: 1 }, { rows: 1, isKept: true }]) {
      try {
        return await database.transaction((tx) => undoNext(tx, rollback, rows, isKept));
      } catch (error) {
        if (!isTooLarge(error) || isKept) throw error;
      }
    }
    return false;
  });
}

/** It comes out when records are stored, and is said of none of them. */
const isTooLarge = (error: unknown) => error instanceof Problem && error.code === "record.too-large";

/**
 * Looks for the next records and takes back what was done to them, in one transaction.
 *
 * @param isKept they would be too large with what they had before
 * @returns false where none are left
 */
async function undoNext(tx: Tx, rollback: Rollback, rows: number, isKept = false): Promise<boolean> {
  const { job, resource, who, records, worker } = rollback;
  const done = await tx.query<Done & Record<string, unknown>>(
    `SELECT record_id AS "recordId", max(version) AS version, bool_or(is_new) AS "isNew",
       array_agg(properties ORDER BY version) AS properties, json_agg(lines) AS lines
     FROM import_change WHERE job_id = $1 GROUP BY record_id ORDER BY record_id LIMIT $2`,
    [job.id, rows],
  );
  if (done.length === 0) return false;
  const ids = done.map(({ recordId }) => recordId);
  const locked = new Map((await records.lock(tx, resource, ids, who)).map((one) => [one.record.id, one]));
  const plans = done.map((one) => {
    const there = locked.get(one.recordId);
    const before = there?.record.state() ?? null;
    return {
      one,
      record: there?.record,
      before,
      ...(isKept ? stays("record.too-large") : planOf(rollback, there, one)),
    };
  });
  const usage = await resource.usage?.(
    tx,
    plans.flatMap(({ back }) => back ?? []),
  );
  const changes: Change[] = [];
  const stayed = new Map<Done, Kept>();
  for (const { one, record, before, tell, kept } of plans) {
    const events = told(tell, usage);
    if (events && events.length > 0) changes.push({ record: record!, before, events });
    const why = events ? kept : because("import.in-use");
    if (why) stayed.set(one, why);
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

/** What is to become of a record, which has its values back already. */
interface Plan {
  /** Of what others have to allow. */
  back: GivenBack | null;
  /** Says what happened, or refuses it where others do not allow it. */
  tell: (usage: unknown) => DomainEvent[];
  /** Why not all is as it was before. */
  kept: Kept | null;
}

const stays = (code: Kept["code"]): Plan => ({ back: null, tell: () => [], kept: because(code) });

/** @returns null where it is refused: the record stays as it is */
function told(tell: Plan["tell"], usage: unknown): DomainEvent[] | null {
  try {
    return tell(usage);
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return null;
    throw error;
  }
}

function planOf(
  { job, resource, records, clock }: Rollback,
  there: Locked<RecordEntity> | undefined,
  done: Done,
): Plan {
  if (!there) return stays("import.out-of-reach");
  if (!there.writable) return stays("record.not-writable");
  const { record } = there;
  const now = clock.now();
  if (done.isNew) {
    if (record.deletedAt) return { back: null, tell: () => withoutNames(record, resource, now), kept: null };
    if (record.version !== done.version) return stays("import.changed-since");
    record.externalIds = [];
    return { back: { record, properties: [] }, tell: (usage) => record.remove(now, usage), kept: null };
  }
  if (record.deletedAt) return stays("import.deleted-since");
  if (resource.keepsChanges) return stays("import.changes-stay");
  const opened = done.properties.map((text) => openChange(job.id, resource, record, text!, records.rows));
  if (opened.includes(null)) return stays("import.erased-since");
  const { values, theirs, fields } = valuesBefore(record, joined(opened as ChangedProperties[]), resource);
  const kept = theirs ? because("import.changed-since", fields) : null;
  if (!assign(record, values)) return { back: null, tell: () => [], kept };
  const tell = (usage: unknown) => {
    record.mustStand?.(usage);
    return [event(resource.updated!, record, now)];
  };
  return { back: { record, properties: Object.keys(values) }, tell, kept };
}

/** What somebody has deleted before would keep its names from the next import. */
function withoutNames(record: RecordEntity, resource: Resource, now: Date): DomainEvent[] {
  if (record.externalIds.length === 0) return [];
  record.externalIds = [];
  return [event(resource.updated!, record, now)];
}
