import type { Database } from "@kehu/database";
import { Logger } from "@nestjs/common";
import { onAppended, topicsOf } from "./outbox.ts";
import { pruneDeadLetters, pruneInbox, pruneOutbox } from "./retention.ts";
import type { Connection, Session } from "./session.ts";
import { BATCH_SIZE, type Transport } from "./transport.ts";
import { backoff, pause, Waker } from "./waiting.ts";

/** All in milliseconds. Commits wake the relay; the poll is for wake-ups that get lost, and for replicas that stand by. */
const POLL_EVERY = 1_000;
/**
 * Between two batches that are not full. A batch costs every consumer some milliseconds however few events it has, so a
 * service with many events gathers for longer; one with few does not: all consumers work on a batch at once, and whoever
 * asks meanwhile waits for them.
 */
const GATHER = { atLeast: 50, atMost: 300, perEvent: 1.5 } as const;
const LONGEST_BACKOFF = 30_000;
const FLUSH_LIMIT = 5_000;
const PRUNE_EVERY = 60_000;

/** Moves events from the outbox to the bus. Every replica of a service has one; the one with the lock is active. */
export class Relay {
  private readonly log = new Logger(Relay.name);
  private readonly waker = new Waker();
  private readonly stopping = new AbortController();
  private readonly lock: string;
  private readonly channel: string;
  private readonly topics: string[];
  private readonly forget: () => void;
  private running: Promise<void> | null = null;
  private active: Connection | null = null;
  private notifying: NodeJS.Timeout | null = null;
  private prunedAt = performance.now();

  /** @param service name of the process @param area its events' area, e.g. `service-desk` */
  constructor(
    private readonly database: Database,
    private readonly session: Session,
    private readonly transport: Transport,
    service: string,
    area: string,
  ) {
    this.lock = `kehu.relay.${service}`;
    this.channel = `kehu.outbox.${service}`;
    this.topics = topicsOf(area);
    this.forget = onAppended(area, () => this.wake());
  }

  start(): void {
    this.running ??= this.run();
  }

  /** True while this replica is the one that publishes. */
  get isActive(): boolean {
    return this.active?.holds(this.lock) ?? false;
  }

  /** Has the active relay, here or in another process, look at the outbox now. */
  wake(): void {
    if (this.isActive) {
      this.waker.wake();
      return;
    }
    this.notifying ??= setTimeout(() => {
      this.notifying = null;
      this.database.query("SELECT pg_notify($1, '')", [this.channel]).catch(() => undefined);
    }, GATHER.atLeast).unref();
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Ends the loop and publishes what is left, for at most 5 s; what remains then goes out after the next start. */
  async stop(): Promise<void> {
    this.forget();
    this.stopping.abort();
    this.waker.wake();
    await this.running;
    const end = performance.now() + FLUSH_LIMIT;
    try {
      while (this.isActive && performance.now() < end && (await this.transport.publish(this.active!, BATCH_SIZE)) > 0);
    } catch (error) {
      this.log.warn(`Not everything is published: ${(error as Error).message}`);
    }
  }

  private async run(): Promise<void> {
    await this.session
      .listen(this.channel, () => {
        if (this.isActive) this.waker.wake();
      })
      .catch(() => undefined);
    for (let failures = 0; !this.isStopping();) {
      try {
        const moved = await this.turn();
        if (failures > 0) this.log.log("Publishing again");
        failures = 0;
        if (moved === BATCH_SIZE) continue;
        if (moved > 0) await pause(gathering(moved), this.stopping.signal);
        else await this.prune();
        await this.waker.sleep(POLL_EVERY);
      } catch (error) {
        if (this.isStopping()) return;
        if (failures === 0) this.log.warn(`Cannot publish, trying again: ${(error as Error).message}`);
        await pause(backoff(failures++, 100, LONGEST_BACKOFF), this.stopping.signal).catch(() => undefined);
      }
    }
  }

  /** Publishes one batch, if this replica is the active one. @returns how many events were published */
  private async turn(): Promise<number> {
    const connection = await this.session.connection();
    if (!(await connection.lock(this.lock))) return 0;
    if (this.active !== connection) {
      await this.transport.prepare(this.topics);
      this.active = connection;
    }
    return this.transport.publish(connection, BATCH_SIZE);
  }

  private async prune(): Promise<void> {
    if (!this.isActive || performance.now() - this.prunedAt < PRUNE_EVERY) return;
    this.prunedAt = performance.now();
    await pruneOutbox(this.active!);
    await pruneInbox(this.active!);
    await pruneDeadLetters(this.active!);
    await this.transport.prune(this.active!, this.topics);
  }
}

/** @returns for how long behind a batch with so many events; grows from batch to batch while more than 667 come in a second */
function gathering(events: number): number {
  return Math.min(GATHER.atMost, Math.max(GATHER.atLeast, events * GATHER.perEvent));
}
