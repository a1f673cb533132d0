import type { Admin } from "kafkajs";

/** A partition of a topic. */
export interface Partition {
  topic: string;
  partition: number;
}

/**
 * Messages that a group has still before it.
 *
 * @param only the partitions to count; all where it is left out
 */
export async function lagOf(
  admin: Admin,
  group: string,
  topics: readonly string[],
  only?: readonly Partition[],
): Promise<number> {
  const positions = await admin.fetchOffsets({ groupId: group, topics: [...topics] });
  const counted = only && new Set(only.map(({ topic, partition }) => `${topic}/${partition}`));
  const perTopic = await Promise.all(
    positions.map(async ({ topic, partitions }) => {
      const committed = new Map(partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
      const ends = await admin.fetchTopicOffsets(topic);
      return ends
        .filter(({ partition }) => !counted || counted.has(`${topic}/${partition}`))
        .map(({ partition, high, low }) => {
          const next = committed.get(partition) ?? -1n;
          return Number(BigInt(high) - (next < BigInt(low) ? BigInt(low) : next));
        });
    }),
  );
  return perTopic.flat().reduce((sum, lag) => sum + Math.max(0, lag), 0);
}
