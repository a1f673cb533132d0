import { NotFound, RuleViolation } from "@kehu/contracts";
import type { Database } from "@kehu/database";
import { contractOf, isKnown } from "./contract.ts";
import { findDeadLetter, lockKeys, oldestParked } from "./dead-letter-table.ts";
import { claim, describe, isInfrastructure, type EventHandler } from "./inbox.ts";
import { NEWER_VERSION, receive } from "./received.ts";

/** What became of a replay. */
export interface Replay {
  /** Events that the handler has taken now. */
  replayed: number;
  /** Events of the record that are still parked: 0, or those from the first that failed again. */
  parked: number;
  /** Why the first of these is still parked; null when none is. */
  reason: string | null;
}

type Turn = "done" | "replayed" | { reason: string };

/** Repairs what was parked. */
export class DeadLetters {
  private handlers: ReadonlyMap<string, EventHandler> = new Map();

  constructor(private readonly database: Database) {}

  /** Tells the handlers of this service, by id. */
  serve(handlers: ReadonlyMap<string, EventHandler>): void {
    this.handlers = handlers;
  }

  /**
   * Gives the parked events of a record to their handler again, oldest first, each in its own transaction, until one
   * fails or none is left. Then the record's next events go to the handler directly again.
   *
   * @param id of any of them
   * @throws NotFound
   * @throws RuleViolation `dead-letter.not-parked`, `dead-letter.handler-unknown`
   */
  async replay(id: string): Promise<Replay> {
    const letter = await findDeadLetter(this.database, id);
    if (!letter) throw new NotFound();
    if (letter.status !== "parked") throw new RuleViolation("dead-letter.not-parked", `It is ${letter.status}.`);
    const handler = this.handlers.get(letter.handler);
    if (!handler)
      throw new RuleViolation("dead-letter.handler-unknown", `There is no handler ${letter.handler} any more.`);
    for (let replayed = 0; ; replayed += 1) {
      const turn = await this.replayOldest(handler, letter.key);
      if (turn === "done") return { replayed, parked: 0, reason: null };
      if (turn !== "replayed") return { replayed, parked: await this.countParked(handler.id, letter.key), ...turn };
    }
  }

  /**
   * Gives one parked event up for good. The later ones of its record stay parked until they are replayed or discarded.
   *
   * @throws NotFound when it is not there or not parked
   */
  async discard(id: string): Promise<void> {
    const sql = "UPDATE dead_letter SET status = 'discarded' WHERE id = $1 AND status = 'parked' RETURNING 1";
    if ((await this.database.query(sql, [id])).length === 0) throw new NotFound();
  }

  /** Replays what waited for this version of Kehu: events whose schema was newer than that of the version before. */
  async replayAfterUpgrade(): Promise<void> {
    const waiting = await this.database.query<{ id: string; type: string; reason: string }>(
      `SELECT DISTINCT ON (handler, key) id, type, reason FROM dead_letter WHERE status = 'parked'
       ORDER BY handler, key, id`,
    );
    for (const { id, type, reason } of waiting) {
      if (!reason.startsWith(NEWER_VERSION) || !isKnown(type)) continue;
      const version = Number(/\d+/.exec(reason)?.[0]);
      if (version <= contractOf(type).version) await this.replay(id);
    }
  }

  /** One event in one transaction. When the handler fails, what it wrote is undone and the reason is kept. */
  private async replayOldest(handler: EventHandler, key: string): Promise<Turn> {
    let id: string | undefined;
    try {
      return await this.database.transaction(async (tx) => {
        await lockKeys(tx, handler.id, [key]);
        const letter = await oldestParked(tx, handler.id, key);
        if (!letter) return "done";
        id = letter.id;
        const message = receive(letter.topic, { position: letter.position, key: letter.key, value: letter.payload });
        if (!message?.event) return { reason: message?.defect ?? `event.unknown-type: ${String(letter.type)}` };
        const fresh = await claim(tx, handler.id, [message.event]);
        if (fresh.length > 0) await handler.run(fresh, { tx });
        await tx.query("UPDATE dead_letter SET status = 'replayed' WHERE id = $1", [id]);
        return "replayed";
      });
    } catch (error) {
      if (id === undefined || isInfrastructure(error)) throw error;
      return await this.keepReason(id, error);
    }
  }

  private async keepReason(id: string, error: unknown): Promise<{ reason: string }> {
    const { reason, trace } = describe(error);
    const sql = "UPDATE dead_letter SET reason = $2, trace = $3, attempts = attempts + 1 WHERE id = $1";
    await this.database.query(sql, [id, reason, trace ?? null]);
    return { reason };
  }

  private async countParked(handler: string, key: string): Promise<number> {
    const sql = "SELECT count(*)::int AS parked FROM dead_letter WHERE handler = $1 AND key = $2 AND status = 'parked'";
    const [row] = await this.database.query<{ parked: number }>(sql, [handler, key]);
    return row?.parked ?? 0;
  }
}
