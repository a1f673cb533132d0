import { Session } from "@kehu/messaging";
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import type { ChangeRow } from "./change-table.ts";
import { ChangesQueries } from "./changes.queries.ts";

/** Channel of notifications that there are new changes. */
export const NEWS = "kehu.changes";

const POLL_MS = 1_000;
/** Changes that are read at a time, and the most that are kept for those who are not quite up to date. */
const PART = 1_000;

/**
 * The newest changes, read once for all streams of this replica: woken by LISTEN, polls each second. It does nothing while
 * nobody follows.
 */
@Injectable()
export class Feed implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(Feed.name);
  /** Without a gap; the last one is the newest that is known. They go after two seconds, as people's places in them grow old. */
  private recent: ChangeRow[] = [];
  /** How many of them were there at the last tick. */
  private aged = 0;
  private last: number | null = null;
  private followers = 0;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private failing = false;
  private wake: () => void = () => undefined;
  private turn = this.nextTurn();

  constructor(
    private readonly queries: ChangesQueries,
    private readonly session: Session,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // The poll is the safety net.
    await this.session.listen(NEWS, () => void this.poll()).catch(() => undefined);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.followers = 0;
  }

  /** Somebody follows from now on. @returns how he ends it */
  follow(): () => void {
    this.followers += 1;
    this.timer ??= setInterval(() => this.tick(), POLL_MS).unref();
    void this.poll();
    return () => {
      this.followers -= 1;
      if (this.followers > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
      this.forget();
    };
  }

  /** Resolves when there may be something new, and each second anyway. */
  next(): Promise<void> {
    return this.turn;
  }

  /** Lets everybody look around now. */
  wakeAll(): void {
    this.wake();
    this.turn = this.nextTurn();
  }

  /**
   * The changes behind a number, at most `limit`; none where there are none yet.
   *
   * @throws Problem 410 `sync.expired`
   */
  async after(seq: number, limit: number): Promise<readonly ChangeRow[]> {
    if (this.last !== null && seq >= this.last) return [];
    const at = this.recent[0] ? seq + 1 - this.recent[0].seq : -1;
    if (at >= 0) return this.recent.slice(at, at + limit);
    return (await this.queries.whole(seq, limit)).rows;
  }

  /** Streams look at their callers and their clocks also while the database is slow. */
  private tick(): void {
    this.recent = this.recent.slice(this.aged);
    this.aged = this.recent.length;
    this.wakeAll();
    void this.poll();
  }

  /** What comes while it reads has it read again. Never rejects. */
  private async poll(): Promise<void> {
    if (this.followers === 0) return;
    this.again = true;
    this.running ??= this.readAll().finally(() => (this.running = undefined));
    await this.running;
  }

  private async readAll(): Promise<void> {
    try {
      while (this.again) {
        this.again = false;
        await this.read();
        this.wakeAll();
      }
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.log.error(`Changes cannot be read: ${(error as Error).message}`);
      this.failing = true;
      this.forget();
    }
  }

  private async read(): Promise<void> {
    const before = this.last;
    const { rows, last } =
      before === null ? { rows: [], last: await this.queries.now() } : await this.queries.whole(before, PART);
    // They have left, or others have come, meanwhile.
    if (this.followers === 0 || this.last !== before) return;
    const known = [...this.recent, ...rows];
    const surplus = Math.max(0, known.length - PART);
    this.recent = known.slice(surplus);
    this.aged = Math.max(0, this.aged - surplus);
    this.last = before === null ? last : (rows.at(-1)?.seq ?? before);
    this.again ||= rows.length === PART;
  }

  private forget(): void {
    this.recent = [];
    this.aged = 0;
    this.last = null;
  }

  private nextTurn(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }
}
