import type { RequestContext } from "@kehu/auth";
import type { DomainEvent } from "@kehu/contracts";
import type { Database } from "@kehu/database";
import type { Clock } from "../clock.ts";
import { event, sameValue, type Change, type RecordEntity } from "../record.entity.ts";
import type { Records } from "../records.ts";
import type { Resource } from "../resource.ts";
import { LeaseLost } from "./import-batch.ts";
import { openChange, type ChangedProperties } from "./import-changes.ts";
import { UNDONE, type ImportJob } from "./import-job.ts";

/** Records of one transaction. */
const BATCH = 200;

/** What an import did to one record, in the order in which it did it. */
interface Done {
  recordId: string;
  version: number;
  isNew: boolean;
  properties: (string | null)[];
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
}

/**
 * Takes back what an import did to the next records: new ones are deleted and let go of their names in other systems,
 * changed ones get the values back that nobody has changed since. What stays as it is, is counted as kept.
 *
 * @returns false where nothing is left
 * @throws LeaseLost
 */
export function rollBackNext(rollback: Rollback): Promise<boolean> {
  return rollback.database.transaction(async (tx) => {
    const { job, resource, who, records, worker } = rollback;
    const done = await tx.query<Done & Record<string, unknown>>(
      `SELECT record_id AS "recordId", max(version) AS version, bool_or(is_new) AS "isNew",
         array_agg(properties ORDER BY version) AS properties
       FROM import_change WHERE job_id = $1 GROUP BY record_id ORDER BY record_id LIMIT ${BATCH}`,
      [job.id],
    );
    if (done.length === 0) return false;
    const ids = done.map(({ recordId }) => recordId);
    const locked = new Map((await records.lock(tx, resource, ids, who)).map((one) => [one.record.id, one]));
    const changes: Change[] = [];
    let kept = 0;
    for (const one of done) {
      const there = locked.get(one.recordId);
      if (!there?.writable) {
        kept += 1;
        continue;
      }
      const { record } = there;
      const before = record.state();
      const { events, isWhole } = undo(rollback, record, one);
      if (events.length > 0) changes.push({ record, before, events });
      if (!isWhole) kept += 1;
    }
    await records.store(tx, resource, changes, who);
    await tx.query("DELETE FROM import_change WHERE job_id = $1 AND record_id = ANY($2)", [job.id, ids]);
    const held = await tx.query(UNDONE, [job.id, worker, done.length - kept, kept]);
    if (held.length === 0) throw new LeaseLost();
    return true;
  });
}

interface Undone {
  events: DomainEvent[];
  /** All is as it was before. */
  isWhole: boolean;
}

function undo({ job, resource, records, clock }: Rollback, record: RecordEntity, done: Done): Undone {
  const now = clock.now();
  if (done.isNew) {
    if (record.deletedAt) return { events: withoutNames(record, resource, now), isWhole: true };
    if (record.version !== done.version) return { events: [], isWhole: false };
    record.externalIds = [];
    return { events: record.remove(now), isWhole: true };
  }
  if (record.deletedAt || resource.keepsChanges) return { events: [], isWhole: false };
  const opened = done.properties.map((text) => openChange(job.id, resource, record, text!, records.rows));
  if (opened.includes(null)) return { events: [], isWhole: false };
  const { was, is } = joined(opened as ChangedProperties[]);
  const values = record as unknown as Record<string, unknown>;
  const ours = Object.keys(is).filter((name) => sameValue(values[name] ?? null, is[name] ?? null));
  const differs = ours.filter((name) => !sameValue(was[name], is[name]));
  for (const name of differs) values[name] = was[name];
  const events = differs.length > 0 ? [event(resource.updated!, record, now)] : [];
  return { events, isWhole: ours.length === Object.keys(is).length };
}

/** What somebody has deleted before would keep its names from the next import. */
function withoutNames(record: RecordEntity, resource: Resource, now: Date): DomainEvent[] {
  if (record.externalIds.length === 0) return [];
  record.externalIds = [];
  return [event(resource.updated!, record, now)];
}

/** Of several changes the first says what was, and the last what is. */
function joined(changes: readonly ChangedProperties[]): ChangedProperties {
  return {
    was: Object.assign({}, ...changes.map(({ was }) => was).reverse()) as Record<string, unknown>,
    is: Object.assign({}, ...changes.map(({ is }) => is)) as Record<string, unknown>,
  };
}
