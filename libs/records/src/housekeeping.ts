import { Database } from "@kehu/database";
import { forgetErasures } from "@kehu/personal-data";
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import { forgetOldReplies } from "./idempotency.ts";

const EVERY_MS = 10 * 60_000;

/** Forgets replies of idempotent requests, and erasures, once they count no more; which replica does it does not matter. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Housekeeping.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly database: Database) {}

  onApplicationBootstrap(): void {
    const work = () => void this.forget().catch((error: unknown) => this.logger.warn(error));
    this.timer = setInterval(work, EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async forget(): Promise<void> {
    while ((await this.database.transaction(forgetOldReplies)) > 0);
    await forgetErasures(this.database);
  }
}
