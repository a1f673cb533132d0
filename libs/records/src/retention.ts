import { systemContext, type RequestContext } from "@kehu/auth";
import { ERASED, type RetentionRule } from "@kehu/contracts";
import { Database, type Queryable } from "@kehu/database";
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Clock } from "./clock.ts";
import { Erasures } from "./erasures.ts";
import type { Resource } from "./resource.ts";
import { Values } from "./caller-sql.ts";

/**
 * What a rule asks of the records (`t`) of its concept, besides that they have not changed since the given time and that
 * nobody has erased them.
 *
 * @param since SQL of the time
 */
export type RetentionCondition = (since: string) => string;

/** Persons of one transaction, transactions of one call, and how the service does it by itself. */
const BATCH = 50;
const BATCHES = 10;
const PAUSE_MS = 1_000;
const EVERY_MS = 10 * 60_000;

const LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('retention ' || current_schema, 0)) AS mine";

/** Erases the persons whom the company's retention rules name. Where there is no rule nobody is erased. */
@Injectable()
export class Retention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Retention.name);
  private readonly sources = new Map<string, [Resource, Readonly<Record<string, RetentionCondition>>]>();
  private readonly end = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly erasures: Erasures,
    private readonly clock: Clock,
  ) {}

  /** Lets rules name the records of a resource that are about persons. @param conditions by their names */
  register(resource: Resource, conditions: Readonly<Record<string, RetentionCondition>>): void {
    this.sources.set(resource.concept, [resource, conditions]);
  }

  onApplicationBootstrap(): void {
    if (this.sources.size === 0) return;
    const work = () => void this.atPace().catch((error: unknown) => this.logger.warn(error));
    this.timer = setInterval(work, EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.end.abort();
  }

  /** @returns the company's rules about records of this service */
  async rules(): Promise<RetentionRule[]> {
    const [row] = await this.database.query<{ retention: RetentionRule[] }>(
      "SELECT retention FROM settings_copy LIMIT 1",
    );
    return (row?.retention ?? []).filter(({ concept, condition }) => {
      const [, known] = this.sources.get(concept) ?? [null, {}];
      return Object.hasOwn(known, condition);
    });
  }

  /** @returns every rule that there could be about records of this service, with one time */
  conditions(months: number): RetentionRule[] {
    return [...this.sources].flatMap(([concept, [, known]]) =>
      Object.keys(known).map((condition) => ({ concept, condition, months })),
    );
  }

  /**
   * How many persons a rule would erase now, whether the company has it or not.
   */
  async preview(rule: RetentionRule): Promise<number> {
    const { resource, condition, values } = this.due(rule);
    const [row] = await this.database.queryOnce<{ count: string }>(
      `SELECT count(DISTINCT t.person_id) FROM ${resource.table} t WHERE ${condition}`,
      values.list,
    );
    return Number(row!.count);
  }

  /**
   * Erases up to 500 persons. What is done is done: after an end of any kind the next call goes on with what remains. While
   * another replica is at it, it does nothing.
   *
   * @returns how many it erased, and how many remain
   */
  async run(): Promise<{ erased: number; remaining: number }> {
    const rules = await this.rules();
    let erased = 0;
    for (const rule of rules)
      for (let batch = 0; batch < BATCHES && erased < BATCH * BATCHES; batch += 1) {
        const done = await this.batch(rule);
        erased += done;
        if (done === 0) break;
      }
    let remaining = 0;
    for (const rule of rules) remaining += await this.preview(rule);
    return { erased, remaining };
  }

  /** The same without an end, so slowly that nobody feels it. */
  private async atPace(): Promise<void> {
    for (const rule of await this.rules())
      while (!this.end.signal.aborted && (await this.batch(rule)) > 0)
        await wait(PAUSE_MS, undefined, { ref: false, signal: this.end.signal }).catch(() => undefined);
  }

  /** One transaction: whom the rule names is locked, looked at again by that, and erased. @returns how many */
  private batch(rule: RetentionRule): Promise<number> {
    return this.database.transaction(async (tx) => {
      const [lock] = await tx.query<{ mine: boolean }>(LOCK);
      if (!lock!.mine) return 0;
      const personIds = await this.personsDue(tx, rule);
      await this.erasures.follow(tx, personIds, byRule());
      return personIds.length;
    });
  }

  private async personsDue(tx: Queryable, rule: RetentionRule): Promise<string[]> {
    const { resource, condition, values } = this.due(rule);
    const rows = await tx.query<{ personId: string }>(
      `SELECT t.person_id AS "personId" FROM ${resource.table} t WHERE ${condition}
       ORDER BY t.updated_at, t.id LIMIT ${values.bind(BATCH)} FOR UPDATE OF t SKIP LOCKED`,
      values.list,
    );
    return [...new Set(rows.map(({ personId }) => personId))];
  }

  private due({ concept, condition: name, months }: RetentionRule) {
    const [resource, conditions] = this.sources.get(concept)!;
    const values = new Values();
    const since = `(${values.bind(this.clock.now())}::timestamptz - make_interval(months => ${values.bind(months)}::integer))`;
    const isOld = `t.last_name <> '${ERASED}' AND t.updated_at < ${since}`;
    return { resource, condition: `${isOld} AND ${conditions[name]!(since)}`, values };
  }
}

function byRule(): RequestContext {
  const { causationId: _none, ...who } = systemContext("retention", {
    id: "",
    correlationid: randomUUID(),
    origin: "system",
  });
  return who;
}
