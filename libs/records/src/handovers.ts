import { systemContext } from "@kehu/auth";
import type { EventOf } from "@kehu/contracts";
import { Database, type Tx } from "@kehu/database";
import { isInfrastructure } from "@kehu/messaging";
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import { Clock } from "./clock.ts";
import { ADD, COUNT, DONE, FAILED, FINISHED, IDS, PROGRESS, TAKE, type Due } from "./handover-due.ts";
import type { Holder, OwnedEntity } from "./owned.entity.ts";
import type { Change } from "./record.entity.ts";
import { Records } from "./records.ts";
import type { Resource } from "./resource.ts";

/** Records of one transaction, so that nobody who changes one of them waits long. */
const BATCH = 200;
const POLL_MS = 1_000;

/** How many records of one resource a user owns; deleted ones do not count, and stay his. */
export interface Holding {
  resource: string;
  owned: number;
}

/** How far a handover is with one resource. */
export interface HandoverProgress {
  resource: string;
  /** Records that have changed hands. */
  done: number;
  /** Those that cannot be written, and were left. */
  failed: number;
  finished: boolean;
}

/** What the transaction that failed was about. */
interface Tried {
  due: Due;
  ids: readonly string[];
}

/**
 * Moves what a user owns to another one, or into the pool of a team, batch by batch, each a transaction of its own: what
 * was stored before the process died is done, and the rest goes on from there. Of several replicas one works on a
 * resource at a time, the older handover first.
 */
@Injectable()
export class Handovers implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(Handovers.name);
  private readonly resources = new Map<string, Resource<OwnedEntity>>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;
  private limit = BATCH;

  constructor(
    private readonly database: Database,
    private readonly records: Records,
    private readonly clock: Clock,
  ) {}

  /** Lets handovers reach the records of a resource. */
  register<T extends OwnedEntity>(resource: Resource<T>): void {
    this.resources.set(resource.name, resource);
  }

  onApplicationBootstrap(): void {
    if (this.resources.size > 0) this.timer = setInterval(() => this.wake(), POLL_MS);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Takes on a handover in the transaction of its event; what was taken on before stays as it is. */
  async add(tx: Tx, event: EventOf<"identity.user.handed-over">): Promise<void> {
    const { handoverId, toUserId, toTeamId, resources } = event.data;
    const names = [...this.resources.keys()].filter((name) => resources?.includes(name) ?? true);
    const cause = JSON.stringify({ id: event.id, correlationid: event.correlationid, origin: event.origin });
    await tx.query(ADD, [handoverId, event.subject, toUserId, toTeamId, cause, names]);
    tx.afterCommit(() => this.wake());
  }

  /** How many records a user owns, of every resource. */
  holdings(userId: string): Promise<Holding[]> {
    return Promise.all([...this.resources.values()].map((resource) => this.count(resource, userId)));
  }

  /** @returns nothing where the event has not arrived */
  progress(handoverId: string): Promise<HandoverProgress[]> {
    return this.database.query<HandoverProgress>(PROGRESS, [handoverId]);
  }

  /** Looks for work now; the poll does it each second. */
  wake(): void {
    this.running ??= this.workOff().finally(() => (this.running = undefined));
  }

  private async count({ name, table }: Resource, userId: string): Promise<Holding> {
    const [row] = await this.database.query<{ owned: number }>(COUNT(table), [userId]);
    return { resource: name, owned: row!.owned };
  }

  private async workOff(): Promise<void> {
    try {
      while (!this.stopped && (await this.step()));
    } catch (error) {
      this.log.warn(`Handovers wait: ${(error as Error).message}`);
    }
  }

  /**
   * Moves one batch. After a failure the next is smaller, and so finds the one record that cannot be written, which must
   * not hold up all others.
   *
   * @returns false where nothing is due
   */
  private async step(): Promise<boolean> {
    const { limit } = this;
    let tried: Tried | undefined;
    try {
      const found = await this.database.transaction((tx) => this.moveNext(tx, limit, (one) => (tried = one)));
      this.limit = Math.min(BATCH, limit * 2);
      return found;
    } catch (error) {
      if (limit > 1) this.limit = Math.ceil(limit / 8);
      else if (!tried || isInfrastructure(error)) throw error;
      else await this.leave(tried, error as Error);
      return true;
    }
  }

  private async moveNext(tx: Tx, limit: number, trying: (tried: Tried) => void): Promise<boolean> {
    const [due] = await tx.query<Due>(TAKE, [[...this.resources.keys()]]);
    if (!due) return false;
    const resource = this.resources.get(due.resource)!;
    const rows = await tx.query<{ id: string }>(IDS(resource.table), [due.from_user_id, due.failed, limit]);
    const ids = rows.map(({ id }) => id);
    trying({ due, ids });
    if (ids.length === 0) await tx.query(FINISHED, [due.handover_id, due.resource]);
    else await tx.query(DONE, [due.handover_id, due.resource, await this.move(tx, resource, due, ids)]);
    return true;
  }

  /** @returns how many; what has another owner by now, or is deleted, is not among them */
  private async move(tx: Tx, resource: Resource<OwnedEntity>, due: Due, ids: readonly string[]): Promise<number> {
    const who = { ...systemContext("handover", due.cause), jobId: due.handover_id };
    const holder = { ownerId: due.to_user_id, teamId: due.to_team_id } as Holder;
    const changes: Change[] = [];
    for (const { record } of await this.records.lock(tx, resource, ids, who)) {
      if (record.ownerId !== due.from_user_id || record.deletedAt) continue;
      const before = record.state();
      changes.push({ record, before, events: record.handOver(holder, this.clock.now()) });
    }
    await this.records.store(tx, resource, changes, who);
    return changes.length;
  }

  private async leave({ due, ids: [id] }: Tried, { name }: Error): Promise<void> {
    this.log.error(`Handover ${due.handover_id} leaves ${due.resource} ${id} where it is: ${name}`);
    await this.database.query(FAILED, [due.handover_id, due.resource, id]);
  }
}
