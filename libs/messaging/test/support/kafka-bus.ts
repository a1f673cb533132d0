import { randomUUID } from "node:crypto";
import { eventually, type Broker } from "@kehu/testing";
import { ConfigResourceTypes, Kafka, logLevel, Partitioners } from "kafkajs";
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
      await takeLargeMessages(kafka, topic);
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
  // The offsets of groups outlive a topic for a while, and would hold for the next one of that name.
  await eventually(async () => {
    const { groups } = await admin.listGroups();
    const ids = groups.map(({ groupId }) => groupId).filter((id) => id.startsWith("kehu."));
    if (ids.length > 0) await admin.deleteGroups(ids);
  }, 30_000);
  await admin.disconnect();
}

/** Brokers refuse more than 1 MiB unless they are told otherwise; some are. */
async function takeLargeMessages(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [{ name: "max.message.bytes", value: String(8 * 1024 * 1024) }];
  const resource = { type: ConfigResourceTypes.TOPIC, name: topic, configEntries };
  await admin.alterConfigs({ validateOnly: false, resources: [resource] });
  await eventually(async () => {
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] });
    return resources[0]!.configEntries.some(({ configValue }) => configValue === configEntries[0]!.value);
  });
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
