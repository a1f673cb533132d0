import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import type { Person } from "./faults/support/person.ts";

/** How often is looked at locks. */
const LOOK_MS = 20;

/** People who work all the time, and what they were answered. */
export class Crowd {
  readonly faults: string[] = [];
  requests = 0;
  repeated = 0;
  private isWorking = true;
  private readonly workers: Promise<void>[] = [];

  constructor(private readonly person: Person) {}

  /** Has a deed done again and again, beside the others. */
  begin(deed: () => Promise<unknown>): void {
    this.workers.push(this.work(deed));
  }

  /** A request that must be answered well. One for which a busy machine has no time has done nothing, and comes again. */
  async done<B>(method: string, path: string, body?: object): Promise<B> {
    for (;;) {
      this.requests += 1;
      const { status, text, body: answer } = await this.person.ask<B & { code?: string }>(method, path, body);
      if (status === 503 && answer.code === "database.unavailable") {
        this.repeated += 1;
        continue;
      }
      if (status >= 300) this.faults.push(`${method} ${path}: ${status} ${text}`);
      return answer;
    }
  }

  async rest(): Promise<void> {
    this.isWorking = false;
    await Promise.all(this.workers);
  }

  private async work(deed: () => Promise<unknown>): Promise<void> {
    while (this.isWorking) {
      try {
        await deed();
      } catch (error) {
        this.faults.push(String(error));
      }
    }
  }
}

/** Looks again and again at who waits for a lock, and at locks that let nobody read a table. */
export class LockWatch {
  /** Milliseconds that somebody waited for a lock, and that a table was closed to everybody. */
  readonly longest = { wait: 0, exclusive: 0 };
  looks = 0;
  private isLooking = true;
  private readonly looking: Promise<void>;

  private constructor(private readonly client: pg.Client) {
    this.looking = this.look();
  }

  /** @param url of a role that sees what everybody does */
  static async start(url: string): Promise<LockWatch> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new LockWatch(client);
  }

  async end(): Promise<void> {
    if (!this.isLooking) return;
    this.isLooking = false;
    await this.looking;
    await this.client.end();
  }

  private async look(): Promise<void> {
    for (; this.isLooking; await wait(LOOK_MS)) {
      const { rows } = await this.client.query<{ wait: number; exclusive: number }>(LOCKS);
      this.longest.wait = Math.max(this.longest.wait, rows[0]!.wait);
      this.longest.exclusive = Math.max(this.longest.exclusive, rows[0]!.exclusive);
      this.looks += 1;
    }
  }
}

/** How long the one who waits longest has waited, and how long the transaction runs that has a table for itself. */
const LOCKS = `SELECT
    coalesce(max(extract(epoch FROM clock_timestamp() - l.waitstart)) FILTER (WHERE NOT l.granted), 0)::float8 * 1000
      AS wait,
    coalesce(max(extract(epoch FROM clock_timestamp() - a.xact_start))
      FILTER (WHERE l.granted AND l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'), 0)::float8 * 1000
      AS exclusive
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE a.datname = current_database() AND a.backend_type = 'client backend'`;
