import { Logger } from "@nestjs/common";
import { Partitioners, type Kafka, type Producer, type TopicMessages } from "kafkajs";
import { isRefusal } from "./client.ts";

/** An unpublished row of the outbox. */
export interface OutboxRow {
  seq: string;
  topic: string;
  key: string;
  payload: string;
}

/** A broker takes at most 1 MiB per partition and request by default; all rows may be of one record. In bytes. */
const LARGEST_REQUEST = 900 * 1024;

/** Sends rows to Kafka in their order. */
export class Publisher {
  private readonly log = new Logger(Publisher.name);
  private producer: Promise<Producer> | null = null;

  constructor(private readonly kafka: Kafka) {}

  /**
   * @returns the rows that the broker has: all, or all but those of records of which it refused a row
   * @throws when the broker is away; some rows may be there nevertheless
   */
  async send(rows: readonly OutboxRow[]): Promise<OutboxRow[]> {
    try {
      for (const portion of portions(rows)) await this.sendPortion(portion);
      return [...rows];
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return await this.sendByRecord(rows);
    }
  }

  async close(): Promise<void> {
    const producer = this.producer;
    this.producer = null;
    await producer?.then((open) => open.disconnect()).catch(() => undefined);
  }

  /** One row at a time, so that a refused one holds back nothing but its own record. */
  private async sendByRecord(rows: readonly OutboxRow[]): Promise<OutboxRow[]> {
    const refused = new Set<string>();
    const sent: OutboxRow[] = [];
    for (const row of rows) {
      if (refused.has(row.key)) continue;
      try {
        await this.sendPortion([row]);
        sent.push(row);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.log.error(
          `Kafka refuses event ${row.seq} of ${row.key}: ${(error as Error).message}; later ones of this record wait`,
        );
        refused.add(row.key);
      }
    }
    return sent;
  }

  private async sendPortion(rows: readonly OutboxRow[]): Promise<void> {
    const topicMessages = new Map<string, TopicMessages>();
    for (const { topic, key, payload } of rows) {
      const entry = topicMessages.get(topic) ?? { topic, messages: [] };
      entry.messages.push({ key, value: payload });
      topicMessages.set(topic, entry);
    }
    const producer = await this.connected();
    try {
      await producer.sendBatch({ acks: -1, topicMessages: [...topicMessages.values()] });
    } catch (error) {
      // After an error its sequence numbers may be out of step with the broker's for good
      // (https://github.com/tulios/kafkajs/issues/598): a new one begins anew.
      void this.close();
      throw error;
    }
  }

  private connected(): Promise<Producer> {
    this.producer ??= this.connect().catch((error: unknown) => {
      this.producer = null;
      throw error;
    });
    return this.producer;
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  }
}

function* portions(rows: readonly OutboxRow[]): Generator<OutboxRow[]> {
  let portion: OutboxRow[] = [];
  let size = 0;
  for (const row of rows) {
    const bytes = Buffer.byteLength(row.payload) + 200;
    if (portion.length > 0 && size + bytes > LARGEST_REQUEST) {
      yield portion;
      portion = [];
      size = 0;
    }
    portion.push(row);
    size += bytes;
  }
  if (portion.length > 0) yield portion;
}
