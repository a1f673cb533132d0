import type { Admin, Kafka } from "kafkajs";
import type { Connection } from "../session.ts";
import type { BatchHandler, Subscription, Transport } from "../transport.ts";
import { kafkaClient } from "./client.ts";
import { lagOf } from "./lag.ts";
import { Publisher, type OutboxRow } from "./publisher.ts";
import { KafkaSubscription } from "./subscription.ts";
import { createTopics } from "./topics.ts";

const UNPUBLISHED = `
  SELECT seq, topic, key, payload FROM outbox WHERE published_at IS NULL AND key <> ALL($2) ORDER BY seq LIMIT $1`;
const MARK = "UPDATE outbox SET published_at = clock_timestamp() WHERE seq = ANY($1::bigint[])";

/**
 * A relay that was paused between reading rows and sending them may have lost its lock meanwhile (see session.ts), and
 * another has sent them: it must not. Well below the time after which the lock is lost. In milliseconds.
 */
const STALE_AFTER = 5_000;
/** How long rows of a record are left alone after the broker refused one. In milliseconds. */
const REFUSED_FOR = 30_000;

/** Kafka through kafkajs. */
export class KafkaTransport implements Transport {
  private readonly kafka: Kafka;
  private readonly publisher: Publisher;
  private readonly refused = new Map<string, number>();
  private failed = false;
  private admin: Promise<Admin> | null = null;

  /** @param brokers `host:port` @param clientId name of this process in the broker's logs */
  constructor(brokers: readonly string[], clientId: string) {
    this.kafka = kafkaClient(brokers, clientId);
    this.publisher = new Publisher(this.kafka);
  }

  prepare(topics: readonly string[]): Promise<void> {
    return createTopics(this.kafka, topics);
  }

  async publish(connection: Connection, limit: number): Promise<number> {
    const readAt = performance.now();
    for (const [key, until] of this.refused) if (until < readAt) this.refused.delete(key);
    const rows = await connection.query<OutboxRow>(UNPUBLISHED, [limit, [...this.refused.keys()]]);
    if (rows.length === 0) return 0;
    if (performance.now() - readAt > STALE_AFTER)
      throw new Error("This process was paused: another relay may have gone on.");
    const sent = await this.send(rows);
    await connection.query(MARK, [sent.map(({ seq }) => seq)]);
    const isSent = new Set(sent);
    for (const row of rows) if (!isSent.has(row)) this.refused.set(row.key, performance.now() + REFUSED_FOR);
    // Full batches are followed by the next at once; a refused row must not look like the end of the outbox.
    return rows.length;
  }

  /** After a failure the topics are looked at first: the broker may have come back without its data. */
  private async send(rows: readonly OutboxRow[]): Promise<OutboxRow[]> {
    if (this.failed) await this.prepare([...new Set(rows.map(({ topic }) => topic))]);
    this.failed = true;
    const sent = await this.publisher.send(rows);
    this.failed = false;
    return sent;
  }

  subscribe(group: string, topics: readonly string[], handle: BatchHandler): Subscription {
    return new KafkaSubscription(this.kafka, group, topics, handle);
  }

  async lag(group: string, topics: readonly string[]): Promise<number> {
    this.admin ??= this.connectAdmin();
    try {
      return await lagOf(await this.admin, group, topics);
    } catch (error) {
      await this.closeAdmin();
      throw error;
    }
  }

  /** The broker keeps and removes messages by the topic's retention. */
  prune(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await Promise.all([this.publisher.close(), this.closeAdmin()]);
  }

  private async connectAdmin(): Promise<Admin> {
    const admin = this.kafka.admin();
    await admin.connect();
    return admin;
  }

  private async closeAdmin(): Promise<void> {
    const admin = this.admin;
    this.admin = null;
    await admin?.then((open) => open.disconnect()).catch(() => undefined);
  }
}
