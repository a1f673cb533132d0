import type { Database } from "@kehu/database";
import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";

const HOUR_MS = 3_600_000;
/** At a time, so that nobody waits long for a lock. */
export const ROWS = 1000;

/** Clears away, each hour, what a slice calls old; which replica does it does not matter. */
export abstract class Retention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(this.constructor.name);
  private timer: NodeJS.Timeout | undefined;

  /** @param statements DELETEs of at most `ROWS` rows each, in the order in which they run */
  protected constructor(
    private readonly database: Database,
    private readonly statements: readonly string[],
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.clear().catch((error: unknown) => this.log.warn(String(error))), HOUR_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Deletes all that is old now. */
  async clear(): Promise<void> {
    for (const statement of this.statements) {
      let deleted: unknown[];
      do deleted = await this.database.query(`${statement} RETURNING 1`);
      while (deleted.length === ROWS);
    }
  }
}
