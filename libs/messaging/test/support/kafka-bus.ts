import { randomUUID } from "node:crypto";
import { eventually, type Broker } from "@kehu/testing";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { createTopics } from "../../src/kafka/topics.ts";
import type { Bus, Message } from "./bus.ts";

/** A broker of the test's own, seen through a client that knows nothing of Kehu's. */
export function kafkaBus(broker: Broker): Bus {
  const kafka = new Kafka({ brokers: [broker.address], clientId: "test", logLevel: logLevel.NOTHING });
  return {
    kafkaBrokers: [broker.address],
    broker: { kill: () => broker.kill(), start: () => broker.start() },
    empty: () => deleteTopics(kafka),
    async produce(topic, messages) {
      await createTopics(kafka, [topic]);
      const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      await producer.send({ topic, messages: messages.map(({ key, value }) => ({ key, value })) });
      await producer.disconnect();
    },
    read: (topic) => readAll(kafka, topic),
  };
}

async function deleteTopics(kafka: Kafka): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const ours = async () => (await admin.listTopics()).filter((topic) => topic.startsWith("kehu."));
  const topics = await ours();
  if (topics.length > 0) await admin.deleteTopics({ topics });
  await eventually(async () => (await ours()).length === 0);
  await admin.disconnect();
}

/** As an outside consumer does: a group of its own, from the beginning. */
async function readAll(kafka: Kafka, topic: string): Promise<Message[]> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const wanted = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  const messages: Message[] = [];
  const consumer = kafka.consumer({ groupId: `test-${randomUUID()}`, maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage({ message: { key, value } }) {
      messages.push({ key: key?.toString() ?? null, value: value?.toString() ?? null });
      return Promise.resolve();
    },
  });
  await eventually(() => messages.length >= wanted, 60_000);
  await consumer.disconnect();
  return messages;
}
