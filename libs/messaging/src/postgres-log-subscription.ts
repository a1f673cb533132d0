import type { Database } from "@kehu/database";
import { Logger } from "@nestjs/common";
import type { Session } from "./session.ts";
import { BATCH_SIZE, type BatchHandler, type Subscription } from "./transport.ts";
import { backoff, pause, Waker } from "./waiting.ts";

/** Channel of notifications that messages were written; the payload lists their topics. */
export const LOG_CHANNEL = "kehu.bus";

/** Topics that are worked on at a time. */
const CONCURRENCY = 3;
/** Notifications wake it; this is for those that get lost. In milliseconds. */
const POLL_EVERY = 1_000;

const WAITING = `
  SELECT topic.name, topic.next_offset AS end, coalesce(position.next_offset, 1) AS next FROM bus.topic
  LEFT JOIN bus.position ON position.topic = topic.name AND position.consumer_group = $1
  WHERE topic.name = ANY($2) AND topic.next_offset > coalesce(position.next_offset, 1) ORDER BY topic.name`;

interface WaitingTopic {
  name: string;
  /** The offset that the group reads next. */
  next: string;
  /** The offset that the next message will get. */
  end: string;
}

interface LogRow {
  offset: string;
  key: string | null;
  value: string | null;
}

const FETCH = `
  SELECT "offset", key, value FROM bus.log WHERE topic = $1 AND "offset" >= $2 ORDER BY "offset" LIMIT ${BATCH_SIZE}`;

/** Only from where we began: a consumer that was paused and is not the active one any more moves nothing back. */
const ADVANCE = `
  INSERT INTO bus.position AS known (consumer_group, topic, next_offset) VALUES ($1, $2, $4)
  ON CONFLICT (consumer_group, topic) DO UPDATE SET next_offset = excluded.next_offset WHERE known.next_offset = $3
  RETURNING 1`;

/** Reads the Postgres log for a group. Of several replicas one is active, the one that has the group's lock. */
export class PostgresLogSubscription implements Subscription {
  private readonly log = new Logger(PostgresLogSubscription.name);
  private readonly waker = new Waker();
  private readonly stopping = new AbortController();
  private readonly lock: string;
  private readonly pumps = new Map<string, Promise<void>>();
  private readonly running: Promise<void>;

  constructor(
    private readonly database: Database,
    private readonly session: Session,
    private readonly group: string,
    private readonly topics: readonly string[],
    private readonly handle: BatchHandler,
  ) {
    this.lock = `kehu.consumer.${group}`;
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.waker.wake();
    await this.running;
    await Promise.all(this.pumps.values());
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    const wanted = new Set(this.topics);
    await this.session
      .listen(LOG_CHANNEL, (topics) => {
        if (topics === "" || topics.split(",").some((topic) => wanted.has(topic))) this.waker.wake();
      })
      .catch(() => undefined);
    for (let failures = 0; !this.stopped;) {
      try {
        await this.turn();
        failures = 0;
        await this.waker.sleep(POLL_EVERY);
      } catch (error) {
        if (failures === 0) this.log.warn(`The log cannot be read: ${(error as Error).message}`);
        await pause(backoff(failures++, 100, 5_000), this.stopping.signal).catch(() => undefined);
      }
    }
  }

  /** Begins to work on topics that have something new. */
  private async turn(): Promise<void> {
    const connection = await this.session.connection();
    if (!(await connection.lock(this.lock))) return;
    const waiting = await this.database.query<WaitingTopic>(WAITING, [this.group, this.topics]);
    for (const topic of waiting) {
      if (this.stopped || this.pumps.size >= CONCURRENCY) return;
      if (this.pumps.has(topic.name)) continue;
      const pump = this.pump(topic, () => connection.holds(this.lock)).finally(() => {
        this.pumps.delete(topic.name);
        this.waker.wake();
      });
      this.pumps.set(topic.name, pump);
    }
  }

  /** Works on what one topic had at the look; the next look finds what came since. Never rejects. */
  private async pump({ name, next: first, end }: WaitingTopic, isActive: () => boolean): Promise<void> {
    try {
      for (let next = first; BigInt(next) < BigInt(end) && !this.stopped && isActive();) {
        // What the topic had before the look and has not now was pruned.
        const after = (await this.read(name, next)) ?? end;
        if (!(await this.advance(name, next, after))) return;
        next = after;
      }
    } catch (error) {
      if (this.stopped) return;
      this.log.warn(`${name} waits: ${(error as Error).message}`);
      await pause(backoff(3, 100, 1_000), this.stopping.signal).catch(() => undefined);
    }
  }

  /** Has one batch handled. @returns the offset after it, null when there is nothing at or after `next` */
  private async read(topic: string, next: string): Promise<string | null> {
    // Planned each time: a plan that was made while the log was empty would read all of it.
    const rows = await this.database.queryOnce<LogRow>(FETCH, [topic, next]);
    const last = rows.at(-1);
    if (!last) return null;
    const messages = rows.map(({ offset, key, value }) => ({ position: `${topic}/${offset}`, key, value }));
    await this.handle({ topic, messages }, { stopping: this.stopping.signal, keepAlive: () => Promise.resolve() });
    return (BigInt(last.offset) + 1n).toString();
  }

  /** @returns false when another replica has moved the position */
  private async advance(topic: string, from: string, to: string): Promise<boolean> {
    const moved = await this.database.query(ADVANCE, [this.group, topic, from, to]);
    return moved.length > 0;
  }
}
