import { setTimeout as wait } from "node:timers/promises";
import type { Admin, Kafka } from "kafkajs";
import { BUS_RETENTION_DAYS } from "../transport.ts";

/** Never changed: the partition of a record, and with it its order, depends on it. */
const PARTITIONS = 12;
const DAY = 24 * 60 * 60 * 1000;

/** Makes the topics that are not there; brokers are to run without making topics by themselves. */
export async function createTopics(kafka: Kafka, topics: readonly string[]): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const known = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !known.has(topic));
    if (missing.length === 0) return;
    const { brokers } = await admin.describeCluster();
    await admin.createTopics({
      waitForLeaders: false,
      topics: missing.map((topic) => ({
        topic,
        numPartitions: PARTITIONS,
        replicationFactor: Math.min(3, brokers.length),
        configEntries: [{ name: "retention.ms", value: String(BUS_RETENTION_DAYS * DAY) }],
      })),
    });
    await untilKnown(admin, missing);
  } finally {
    await admin.disconnect();
  }
}

/** Brokers hear of a new topic a moment after it is made; kafkajs's own waiting fails when they have not. */
async function untilKnown(admin: Admin, topics: readonly string[]): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      const found = await admin.fetchTopicMetadata({ topics: [...topics] });
      if (found.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return;
    } catch (error) {
      if (tries >= 50) throw error;
    }
    await wait(100);
  }
}
