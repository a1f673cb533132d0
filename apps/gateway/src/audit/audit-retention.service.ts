import { Database } from "@kehu/database";
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";

const HOUR_MS = 3_600_000;

/** As long as an event may be on its way (libs/messaging keeps the bus for so many days); by then its entry is there. */
const DELETE_ORIGINS = `
  DELETE FROM request_origin WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM request_origin WHERE at < clock_timestamp() - interval '30 days' LIMIT 1000))
  RETURNING 1`;

/** Clears away, each hour, the origins of requests that no event can come of any more. Entries stay. */
@Injectable()
export class AuditRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(AuditRetention.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly database: Database) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.clear().catch((error: unknown) => this.log.warn(String(error))), HOUR_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Deletes what is old, a thousand rows at a time. */
  async clear(): Promise<void> {
    while ((await this.database.query(DELETE_ORIGINS)).length === 1000);
  }
}
