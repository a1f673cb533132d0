import { Database } from "@kehu/database";
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";

const HOUR_MS = 3_600_000;

/** In this order: tokens refer to sessions. A thousand at a time, so that no login waits for a lock. */
const STATEMENTS = [
  `DELETE FROM refresh_token WHERE token_hash IN (
     SELECT t.token_hash FROM refresh_token t JOIN session s ON s.id = t.session_id
     WHERE s.expires_at < clock_timestamp() LIMIT 1000)`,
  `DELETE FROM session WHERE id IN (
     SELECT s.id FROM session s WHERE s.expires_at < clock_timestamp()
       AND NOT EXISTS (SELECT 1 FROM refresh_token t WHERE t.session_id = s.id) LIMIT 1000)`,
  `DELETE FROM password_reset WHERE user_id IN (
     SELECT user_id FROM password_reset WHERE expires_at < clock_timestamp() LIMIT 1000)`,
  `DELETE FROM auth_change WHERE seq IN (
     SELECT seq FROM auth_change WHERE at < clock_timestamp() - interval '1 day' LIMIT 1000)`,
];

/** Clears away, each hour, the sessions that have expired and the changes that every replica has seen. */
@Injectable()
export class SessionRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(SessionRetention.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly database: Database) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.clear().catch((error: unknown) => this.log.warn(String(error))), HOUR_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Deletes what has expired. */
  async clear(): Promise<void> {
    for (const statement of STATEMENTS) {
      let deleted: unknown[];
      do deleted = await this.database.query(`${statement} RETURNING 1`);
      while (deleted.length === 1000);
    }
  }
}
