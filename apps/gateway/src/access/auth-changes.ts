import { Database } from "@kehu/database";
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import type { Client } from "pg";

export type ChangeKind = "session" | "user" | "role" | "api-key";

/** What listens to changes: forgets one subject, or everything. */
export interface Follower {
  forget(kind: ChangeKind, subject: string): void;
  forgetAll(): void;
}

const POLL_MS = 1_000;
/** After so long without a successful poll nothing that is remembered can be trusted. */
const BLIND_MS = 10_000;
const CHANNEL = "auth_change";

/**
 * Follows the table auth_change: woken by LISTEN, polls each second. A row can become visible after one with a higher
 * number, so each poll looks a minute back (longer than any of our transactions lasts) and drops what it has seen.
 */
@Injectable()
export class AuthChanges implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(AuthChanges.name);
  private readonly followers: Follower[] = [];
  private seen = new Set<string>();
  private polledAt = -Infinity;
  private running: Promise<void> | undefined;
  private failing = false;
  private timer: NodeJS.Timeout | undefined;
  private listener: Client | undefined;
  private stopped = false;

  constructor(private readonly database: Database) {}

  follow(follower: Follower): void {
    this.followers.push(follower);
  }

  /** True when the state of sessions, users and roles cannot be known. */
  get blind(): boolean {
    return performance.now() - this.polledAt > BLIND_MS;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.poll();
    this.timer = setInterval(() => void this.poll(), POLL_MS);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
    await this.listener?.end().catch(() => undefined);
  }

  /** Wakes all replicas; after the commit, as NOTIFY in a transaction would take a lock of the whole database. */
  async announce(): Promise<void> {
    await this.poll();
    await this.database.query(`SELECT pg_notify('${CHANNEL}', '')`).catch(() => undefined); // the poll is the safety net
  }

  /** Reads what is new. Returns when a read that began after this call has ended. */
  async poll(): Promise<void> {
    const before = this.running;
    if (before) {
      // Of several that wait for the same read, one begins the next.
      await before;
      if (this.running) return this.running;
    }
    this.running = this.readOnce().finally(() => (this.running = undefined));
    return this.running;
  }

  private async readOnce(): Promise<void> {
    if (this.stopped) return;
    try {
      await this.listen();
      await this.read();
      if (this.failing) this.log.log("Changes of sessions can be read again.");
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.log.error(`Changes of sessions cannot be read: ${(error as Error).message}`);
      this.failing = true;
    }
  }

  private async read(): Promise<void> {
    const startedAt = performance.now();
    const rows = await this.database.query<{ seq: string; kind: ChangeKind; subject: string }>(
      "SELECT seq, kind, subject FROM auth_change WHERE at > clock_timestamp() - interval '60 seconds'",
    );
    if (this.blind) this.followers.forEach((follower) => follower.forgetAll());
    for (const { seq, kind, subject } of rows) {
      if (!this.seen.has(seq)) this.followers.forEach((follower) => follower.forget(kind, subject));
    }
    this.seen = new Set(rows.map((row) => row.seq));
    this.polledAt = startedAt;
  }

  private async listen(): Promise<void> {
    if (this.listener || this.stopped) return;
    const listener = await this.database.direct();
    listener.on("end", () => {
      if (this.listener === listener) this.listener = undefined;
    });
    listener.on("notification", () => void this.poll());
    await listener.query(`LISTEN ${CHANNEL}`);
    this.listener = listener;
  }
}
