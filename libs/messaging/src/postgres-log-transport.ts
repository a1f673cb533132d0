import type { Database } from "@kehu/database";
import { LOG_CHANNEL, PostgresLogSubscription } from "./postgres-log-subscription.ts";
import type { Connection, Session } from "./session.ts";
import { BUS_RETENTION_DAYS, type BatchHandler, type Subscription, type Transport } from "./transport.ts";

/**
 * Writes the log and marks the outbox in one statement, so that both or neither happens and no payload leaves the
 * server. The rows of `bus.topic` are locked in the order of their names.
 */
const MOVE = `
  WITH batch AS MATERIALIZED (
    SELECT seq, topic, key, payload FROM outbox WHERE published_at IS NULL ORDER BY seq LIMIT $1
  ), share AS (
    SELECT topic, count(*) AS messages FROM batch GROUP BY topic ORDER BY topic
  ), given AS (
    INSERT INTO bus.topic AS known (name, next_offset) SELECT topic, 1 + messages FROM share
    ON CONFLICT (name) DO UPDATE SET next_offset = known.next_offset + excluded.next_offset - 1
    RETURNING name, next_offset
  ), written AS (
    INSERT INTO bus.log (topic, "offset", key, value)
    SELECT batch.topic,
      given.next_offset - share.messages - 1 + row_number() OVER (PARTITION BY batch.topic ORDER BY batch.seq),
      batch.key, batch.payload
    FROM batch JOIN share USING (topic) JOIN given ON given.name = batch.topic
  ), marked AS (
    UPDATE outbox SET published_at = clock_timestamp()
    WHERE published_at IS NULL AND seq <= (SELECT max(seq) FROM batch)
  )
  SELECT topic, messages::int AS messages FROM share`;

const PRUNE = `
  DELETE FROM bus.log WHERE topic = $1 AND "offset" IN (
    SELECT "offset" FROM (SELECT "offset", at FROM bus.log WHERE topic = $1 ORDER BY "offset" LIMIT 1000) AS oldest
    WHERE at < now() - make_interval(days => ${BUS_RETENTION_DAYS}))
  RETURNING 1`;

const LAG = `
  SELECT coalesce(sum(topic.next_offset - coalesce(position.next_offset, 1)), 0)::bigint AS lag
  FROM bus.topic LEFT JOIN bus.position ON position.topic = topic.name AND position.consumer_group = $1
  WHERE topic.name = ANY($2)`;

/** The log in the schema `bus` of the same database: the bus of an installation without Kafka. */
export class PostgresLogTransport implements Transport {
  constructor(
    private readonly database: Database,
    private readonly session: Session,
  ) {}

  async prepare(topics: readonly string[]): Promise<void> {
    const sql = "INSERT INTO bus.topic (name) SELECT unnest($1::text[]) ON CONFLICT (name) DO NOTHING";
    await this.database.query(sql, [topics]);
  }

  async publish(connection: Connection, limit: number): Promise<number> {
    const moved = await connection.query<{ topic: string; messages: number }>(MOVE, [limit]);
    if (moved.length === 0) return 0;
    // A statement of its own: NOTIFY takes a lock of the whole database until the end of its transaction.
    const topics = moved.map(({ topic }) => topic).join(",");
    await connection.query("SELECT pg_notify($1, $2)", [LOG_CHANNEL, topics]);
    return moved.reduce((sum, { messages }) => sum + messages, 0);
  }

  subscribe(group: string, topics: readonly string[], handle: BatchHandler): Subscription {
    return new PostgresLogSubscription(this.database, this.session, group, topics, handle);
  }

  async lag(group: string, topics: readonly string[]): Promise<number> {
    const [row] = await this.database.query<{ lag: string }>(LAG, [group, topics]);
    return Number(row?.lag ?? 0);
  }

  async prune(connection: Connection, topics: readonly string[]): Promise<void> {
    for (const topic of topics) {
      while ((await connection.query(PRUNE, [topic])).length > 0) continue;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
