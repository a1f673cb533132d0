import { randomUUID } from "node:crypto";
import { Kafka, logLevel } from "kafkajs";
import { eventually } from "@kehu/testing";
import type { View } from "../../../migrate/engine/records.ts";

const PATIENCE_MS = 120_000;

/** An event as it comes over Kafka; what an outsider needs of it. */
export interface OutsideEvent {
  id: string;
  type: string;
  subject: string;
  aggregateversion: number;
  data: { opportunity: View & { deletedAt: string | null } };
}

/** Next offset by partition. */
type Place = ReadonlyMap<number, bigint>;

/** An ERP or a warehouse: it has kafkajs and the address of the broker, and nothing of ours. */
export class Outsider {
  private readonly kafka: Kafka;
  private readonly topic: string;

  constructor(broker: string, topic: string) {
    this.kafka = new Kafka({ clientId: "outsider", brokers: [broker], logLevel: logLevel.NOTHING });
    this.topic = topic;
  }

  /** The place behind the last event that is there. */
  async now(): Promise<Place> {
    const admin = this.kafka.admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(this.topic);
    await admin.disconnect();
    return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
  }

  /** Reads in a group of its own up to the last event that is there now. */
  async read(from: Place | "the first event"): Promise<OutsideEvent[]> {
    const groupId = `outsider-${randomUUID()}`;
    if (from !== "the first event") await this.begin(groupId, from);
    const missing = new Map([...(await this.now())].filter(([partition, end]) => end > placeIn(from, partition)));
    const consumer = this.kafka.consumer({ groupId, maxWaitTimeInMs: 200 });
    const events: OutsideEvent[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic: this.topic, fromBeginning: true });
    await consumer.run({
      eachMessage({ partition, message: { offset, value } }) {
        events.push(JSON.parse(String(value)) as OutsideEvent);
        if (BigInt(offset) + 1n >= (missing.get(partition) ?? 0n)) missing.delete(partition);
        return Promise.resolve();
      },
    });
    await eventually(() => missing.size === 0, PATIENCE_MS);
    await consumer.disconnect();
    return events;
  }

  /**
   * Publishes every event of the topic once more, as a relay does that died before it had noted what it published, and
   * waits until a group has heard them.
   */
  async tellAgain(groupId: string): Promise<void> {
    const events = await this.read("the first event");
    const messages = events.map((event) => ({ key: event.subject, value: JSON.stringify(event) }));
    const producer = this.kafka.producer();
    await producer.connect();
    await producer.send({ topic: this.topic, messages });
    await producer.disconnect();
    const ends = [...(await this.now())].filter(([, end]) => end > 0n);
    const admin = this.kafka.admin();
    await admin.connect();
    await eventually(async () => {
      const [found] = await admin.fetchOffsets({ groupId, topics: [this.topic] });
      const at = new Map(found?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
      return ends.every(([partition, end]) => (at.get(partition) ?? 0n) >= end);
    }, PATIENCE_MS);
    await admin.disconnect();
  }

  private async begin(groupId: string, from: Place): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    const partitions = [...from].map(([partition, offset]) => ({ partition, offset: String(offset) }));
    await admin.setOffsets({ groupId, topic: this.topic, partitions });
    await admin.disconnect();
  }
}

function placeIn(from: Place | "the first event", partition: number): bigint {
  return from === "the first event" ? 0n : (from.get(partition) ?? 0n);
}

/** Delivery is at least once: what came before is dropped. */
export function withoutRepetitions(events: readonly OutsideEvent[]): OutsideEvent[] {
  return [...new Map(events.map((event) => [event.id, event])).values()];
}

/** Builds opportunities by the rule of docs/events.md: apply what is newer, ignore the rest. */
export function copyOf(events: readonly OutsideEvent[]): Map<string, View> {
  const copy = new Map<string, { version: number; deletedAt: string | null; deal: View }>();
  for (const { subject, aggregateversion: version, data } of events) {
    if ((copy.get(subject)?.version ?? 0) > version) continue;
    const { deletedAt, ...state } = data.opportunity;
    copy.set(subject, { version, deletedAt, deal: { ...state, version } });
  }
  const living = [...copy].filter(([, { deletedAt }]) => deletedAt === null);
  return new Map(living.map(([id, { deal }]) => [id, deal]));
}
