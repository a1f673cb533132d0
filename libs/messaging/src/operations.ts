import { RuleViolation, type Actor, type DomainEvent } from "@kehu/contracts";
import { Database, type Tx } from "@kehu/database";
import { Inject, Injectable } from "@nestjs/common";
import { listDeadLetters, type DeadLetter } from "./dead-letter-table.ts";
import { DeadLetters, type Replay } from "./dead-letters.ts";
import { MESSAGING, type MessagingOptions } from "./options.ts";
import { appendToOutbox } from "./outbox.ts";
import { Relay } from "./relay.ts";
import { BusStrategy } from "./strategy.ts";
import { BATCH_SIZE, TRANSPORT, type Transport } from "./transport.ts";

/** A concept whose every record can be told again. libs/records registers one per resource. */
export interface SnapshotSource {
  /** `customer.account` */
  concept: string;
  /**
   * Locks up to `limit` records, deleted ones included, with ids above `after`, in the order of their ids.
   *
   * @param after null for the first page
   * @returns one `<concept>.snapshot` event per record, with its current state and version; none at the end
   */
  page(tx: Tx, after: string | null, limit: number): Promise<DomainEvent[]>;
}

/** How level a service is with the bus. */
export interface Freshness {
  service: string;
  /** Events in the outbox that the bus has not. */
  unpublished: number;
  /** Messages that the service's handlers have still before them. */
  lag: number;
  /** Dead letters that wait for an operator. */
  parked: number;
  asOf: Date;
}

const UNPUBLISH = `
  UPDATE outbox SET published_at = NULL WHERE seq IN (
    SELECT seq FROM outbox
    WHERE seq > $1 AND seq <= $2 AND created_at >= $3 AND published_at IS NOT NULL ORDER BY seq LIMIT 2000)
  RETURNING seq`;

const COUNTS = `
  SELECT (SELECT count(*)::int FROM outbox WHERE published_at IS NULL) AS unpublished,
    (SELECT count(*)::int FROM dead_letter WHERE status = 'parked') AS parked`;

/** What an operator sees of one service's part of the bus, and how he repairs it. */
@Injectable()
export class BusOperations {
  private readonly sources = new Map<string, SnapshotSource>();

  constructor(
    @Inject(MESSAGING) private readonly options: MessagingOptions,
    @Inject(TRANSPORT) private readonly transport: Transport,
    private readonly database: Database,
    private readonly strategy: BusStrategy,
    private readonly relay: Relay,
    private readonly deadLetters: DeadLetters,
  ) {}

  /** Everything is level when nothing is unpublished and nothing lags in all services, seen twice in a row. */
  async freshness(): Promise<Freshness> {
    const asOf = new Date();
    const [counts] = await this.database.query<{ unpublished: number; parked: number }>(COUNTS);
    const { topics, group } = this.strategy;
    const lag = topics.length > 0 ? await this.transport.lag(group, topics) : 0;
    return { service: this.options.service, unpublished: counts!.unpublished, lag, parked: counts!.parked, asOf };
  }

  /**
   * Dead letters, the newest first.
   *
   * @param before id of the last one of the page before
   * @param limit 1 to 200
   */
  listDeadLetters(
    filter: { status?: DeadLetter["status"]; before?: string; limit?: number } = {},
  ): Promise<DeadLetter[]> {
    return listDeadLetters(this.database, filter.status ?? "parked", filter.before ?? null, filter.limit ?? 50);
  }

  /** @see DeadLetters.replay */
  replay(id: string): Promise<Replay> {
    return this.deadLetters.replay(id);
  }

  /** @see DeadLetters.discard */
  discard(id: string): Promise<void> {
    return this.deadLetters.discard(id);
  }

  /** Lets `snapshot` find the concept. */
  register(source: SnapshotSource): void {
    this.sources.set(source.concept, source);
  }

  /**
   * Tells every record of a concept again, as `<concept>.snapshot` events on its topic, in transactions of 500.
   *
   * @returns how many records there are
   * @throws RuleViolation `snapshot.unknown-concept` with `allowed`
   */
  async snapshot(concept: string, actor: Actor): Promise<number> {
    const source = this.sources.get(concept);
    if (!source) {
      const allowed = [...this.sources.keys()];
      throw new RuleViolation("snapshot.unknown-concept", `This service has no ${concept}.`, { allowed });
    }
    let told = 0;
    for (let after: string | null = null; ;) {
      const from: string | null = after;
      const events = await this.database.transaction(async (tx) => {
        const page = await source.page(tx, from, BATCH_SIZE);
        await appendToOutbox(tx, page, actor);
        return page;
      });
      const last = events.at(-1);
      if (!last) return told;
      told += events.length;
      after = last.subject;
    }
  }

  /**
   * Publishes events again, with their old ids: for a broker that lost its data. The outbox goes back 7 days.
   *
   * @param from events that were made at this time or later
   * @returns how many
   */
  async republish(from: Date): Promise<number> {
    const [end] = await this.database.query<{ seq: string | null }>("SELECT max(seq) AS seq FROM outbox");
    if (!end?.seq) return 0;
    let again = 0;
    for (let after = "0"; ;) {
      const rows = await this.database.query<{ seq: string }>(UNPUBLISH, [after, end.seq, from]);
      if (rows.length === 0) break;
      again += rows.length;
      after = rows.reduce((most, { seq }) => (BigInt(seq) > BigInt(most) ? seq : most), after);
    }
    this.relay.wake();
    return again;
  }
}
