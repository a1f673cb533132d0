import { Conflict, type AnyEnvelope } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { Injectable, Logger } from "@nestjs/common";
import { applyFacts, type FactTable, type Projection } from "./facts.ts";

const BATCH = 2_000;
/** Advisory lock of the rebuild that runs, whichever replica runs it. */
const LOCK = `hashtextextended('analytics.rebuild', 0)`;

/** How far a rebuild is. */
export interface RebuildState {
  running: boolean;
  eventsRead: number;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/**
 * Builds the facts anew from the first event, beside the live ones, and swaps. Consumers go on and write to both
 * tables meanwhile, so nothing is missing at the swap; requests read the old table until then. One that was killed is
 * simply started again.
 */
@Injectable()
export class RebuildService {
  private readonly logger = new Logger(RebuildService.name);

  constructor(private readonly database: Database) {}

  async state(): Promise<RebuildState> {
    const [row] = await this.database.query<RebuildState>(
      `SELECT events_read AS "eventsRead", rebuild_started_at AS "startedAt", rebuild_finished_at AS "finishedAt",
              rebuild_started_at IS NOT NULL AND rebuild_finished_at IS NULL AS running
       FROM projection WHERE name = 'facts'`,
    );
    return row!;
  }

  /** Starts a rebuild and returns; `state` says when it is done. @throws Conflict `rebuild.running` */
  async start(): Promise<RebuildState> {
    const lock = await this.lock();
    await this.database.query(
      `UPDATE projection SET events_read = 0, rebuild_started_at = clock_timestamp(), rebuild_finished_at = NULL WHERE name = 'facts'`,
    );
    this.rebuild()
      .catch((error: unknown) => this.logger.error(error))
      .finally(() => void lock.end());
    return this.state();
  }

  /** Rebuilds. @returns how many events were read */
  async rebuild(): Promise<number> {
    const building = await this.begin();
    let read = 0;
    for (let after = "0"; ;) {
      const events = await this.database.query<{ seq: string; event: AnyEnvelope }>(
        "SELECT seq, event FROM event_store WHERE seq > $1 ORDER BY seq LIMIT $2",
        [after, BATCH],
      );
      const last = events.at(-1);
      if (!last) break;
      await this.database.transaction((tx) =>
        applyFacts(
          tx,
          building,
          events.map(({ event }) => event),
        ),
      );
      after = last.seq;
      read += events.length;
      await this.database.query(`UPDATE projection SET events_read = $1 WHERE name = 'facts'`, [read]);
    }
    await this.database.query(
      `UPDATE projection SET live = building, building = NULL, rebuild_finished_at = clock_timestamp() WHERE name = 'facts'`,
    );
    return read;
  }

  /** Empties the table that is not live and lets consumers write to it from now on. */
  private async begin(): Promise<FactTable> {
    const [projection] = await this.database.query<Projection>(
      `UPDATE projection SET building = NULL WHERE name = 'facts' RETURNING live, building`,
    );
    const building: FactTable = projection!.live === "fact_blue" ? "fact_green" : "fact_blue";
    const empty = `DELETE FROM ${building} WHERE id IN (SELECT id FROM ${building} LIMIT 10000) RETURNING 1`;
    while ((await this.database.query(empty)).length > 0);
    await this.database.query(`UPDATE projection SET building = $1 WHERE name = 'facts'`, [building]);
    return building;
  }

  private async lock() {
    const client = await this.database.direct();
    const { rows } = await client.query<{ mine: boolean }>(`SELECT pg_try_advisory_lock(${LOCK}) AS mine`);
    if (rows[0]?.mine) return client;
    await client.end();
    throw new Conflict("rebuild.running", "A rebuild is running.", { retryAfter: 5 });
  }
}
