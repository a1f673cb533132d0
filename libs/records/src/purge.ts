import type { Actor, DomainEvent, EventType } from "@kehu/contracts";
import { Database, type Queryable } from "@kehu/database";
import { appendToOutbox } from "@kehu/messaging";
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Values } from "./caller-sql.ts";
import { Clock } from "./clock.ts";
import { CustomFields } from "./custom-fields.ts";
import { isReferredTo, partsOf } from "./referrers.ts";
import type { Resource } from "./resource.ts";

/** What of one resource was deleted long enough ago. */
export interface Due {
  concept: string;
  /** Records that can go. */
  due: number;
  /** Records that stay for as long as others refer to them. */
  referredTo: number;
}

/** Records of one transaction, transactions of one call, and how the service does it by itself. */
const BATCH = 50;
const BATCHES = 10;
const PAUSE_MS = 1_000;
const EVERY_MS = 10 * 60_000;

const LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('purge ' || current_schema, 0)) AS mine";

interface Row {
  id: string;
  version: number;
  deletedAt: string;
}

/** A resource as it is purged: with the condition under which its records stay. */
interface Source {
  resource: Resource & { readonly purged: EventType };
  stays: string;
}

const hasEnd = (resource: Resource): resource is Source["resource"] => resource.purged !== undefined;

/** Removes for good what was deleted longer ago than the company has said. Where it has said nothing, nothing goes. */
@Injectable()
export class Purge implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Purge.name);
  private readonly resources = new Set<Resource>();
  private readonly end = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly custom: CustomFields,
    private readonly clock: Clock,
  ) {}

  /** Takes in a resource: its records are purged where it names the event of that, and keep those that they refer to. */
  register(resource: Resource): void {
    this.resources.add(resource);
  }

  onApplicationBootstrap(): void {
    if (![...this.resources].some(hasEnd)) return;
    const work = () => void this.atPace().catch((error: unknown) => this.logger.warn(error));
    this.timer = setInterval(work, EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.end.abort();
  }

  /** @returns after how many days the company has deleted records purged; null for never */
  async days(): Promise<number | null> {
    const [row] = await this.database.query<{ days: number | null }>(
      "SELECT purge_deleted_after_days AS days FROM settings_copy LIMIT 1",
    );
    return row?.days ?? null;
  }

  /** What would go now, by resource. @param days as the company might say it */
  async preview(days: number): Promise<Due[]> {
    const found: Due[] = [];
    for (const { resource, stays } of await this.sources()) {
      const values = new Values();
      const [row] = await this.database.queryOnce<{ due: number; stay: number }>(
        `SELECT count(*) FILTER (WHERE NOT stays)::int AS due, count(*) FILTER (WHERE stays)::int AS stay
         FROM (SELECT (${stays}) AS stays FROM ${resource.table} t WHERE ${this.isOld(days, values)}) old`,
        values.list,
      );
      found.push({ concept: resource.concept, due: row!.due, referredTo: row!.stay });
    }
    return found;
  }

  /**
   * Purges up to 500 records. What is done is done: after an end of any kind the next call goes on with what remains. While
   * another replica is at it, it does nothing.
   *
   * @returns how many it purged, and how many remain
   */
  async run(): Promise<{ purged: number; remaining: number }> {
    const days = await this.days();
    if (days === null) return { purged: 0, remaining: 0 };
    let purged = 0;
    let batches = 0;
    for (const source of await this.sources())
      for (let last: Row | undefined; batches < BATCHES; batches += 1) {
        const gone = await this.batch(source, days, last);
        purged += gone.length;
        last = gone.at(-1);
        if (!last) break;
      }
    const remaining = (await this.preview(days)).reduce((sum, { due }) => sum + due, 0);
    return { purged, remaining };
  }

  /** The same without an end, so slowly that nobody feels it. */
  private async atPace(): Promise<void> {
    const days = await this.days();
    if (days === null) return;
    for (const source of await this.sources())
      for (let last: Row | undefined; !this.end.signal.aborted;) {
        last = (await this.batch(source, days, last)).at(-1);
        if (!last) break;
        await wait(PAUSE_MS, undefined, { ref: false, signal: this.end.signal }).catch(() => undefined);
      }
  }

  private async sources(): Promise<Source[]> {
    const all = await Promise.all([...this.resources].map((one) => this.custom.of(one)));
    const sources: Source[] = [];
    for (const resource of all.filter(hasEnd))
      sources.push({ resource, stays: await isReferredTo(this.database, resource, all) });
    return sources;
  }

  /** One transaction. @param after the last record of the one before: what stays is passed once */
  private batch(source: Source, days: number, after: Row | undefined): Promise<Row[]> {
    return this.database.transaction(async (tx) => {
      const [lock] = await tx.query<{ mine: boolean }>(LOCK);
      if (!lock!.mine) return [];
      const rows = await this.lockDue(tx, source, days, after);
      if (rows.length === 0) return [];
      const ids = rows.map(({ id }) => id);
      for (const statement of removals(source.resource)) await tx.query(statement, [ids]);
      const now = this.clock.now();
      const events = rows.map(({ id, version }): DomainEvent => {
        return { type: source.resource.purged, subject: id, version: version + 1, time: now, data: { changed: [] } };
      });
      await appendToOutbox(tx, events, byItself());
      return rows;
    });
  }

  private lockDue(tx: Queryable, { resource, stays }: Source, days: number, after?: Row): Promise<Row[]> {
    const values = new Values();
    const behind = after
      ? `AND (t.deleted_at, t.id) > (${values.bind(after.deletedAt)}::timestamptz, ${values.bind(after.id)}::uuid)`
      : "";
    return tx.query<Row & Record<string, unknown>>(
      `SELECT t.id, t.version, t.deleted_at::text AS "deletedAt" FROM ${resource.table} t
       WHERE ${this.isOld(days, values)} AND NOT (${stays}) ${behind}
       ORDER BY t.deleted_at, t.id LIMIT ${BATCH} FOR UPDATE OF t SKIP LOCKED`,
      values.list,
    );
  }

  private isOld(days: number, { bind }: Values): string {
    return `t.deleted_at < ${bind(this.clock.now())}::timestamptz - make_interval(days => ${bind(days)}::integer)`;
  }
}

/** What goes with records, whose ids are `$1`, and they themselves at the end. */
function removals(resource: Resource): string[] {
  const { name, type, table } = resource;
  return [
    `DELETE FROM import_change WHERE record_id = ANY($1)
     AND job_id IN (SELECT job_id FROM history WHERE record_id = ANY($1) AND job_id IS NOT NULL)`,
    "DELETE FROM history WHERE record_id = ANY($1)",
    `DELETE FROM external_id WHERE type = '${type}' AND record_id = ANY($1)`,
    "DELETE FROM custom_value WHERE record_id = ANY($1)",
    "DELETE FROM deleted_with WHERE record_id = ANY($1) OR root_id = ANY($1)",
    `DELETE FROM pin WHERE resource = '${name}' AND record_id = ANY($1)`,
    `DELETE FROM recent WHERE resource = '${name}' AND record_id = ANY($1)`,
    ...partsOf(resource).map((part) => `DELETE FROM ${part.table} WHERE ${part.column} = ANY($1)`),
    `DELETE FROM ${table} WHERE id = ANY($1)`,
  ];
}

function byItself(): Actor {
  return { actorType: "system", actorId: "purge", sessionId: null, origin: "system", requestId: randomUUID() };
}
