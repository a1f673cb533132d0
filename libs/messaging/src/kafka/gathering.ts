import type { EachBatchPayload, KafkaMessage } from "kafkajs";
import { BATCH_SIZE } from "../transport.ts";

/** Batches that are worked on at a time: each needs a connection of the pool, which requests need, too. */
const CONCURRENCY = 3;

/** What one partition brought. */
export interface Share {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly KafkaMessage[];
  /** What kafkajs gave with them. */
  readonly payload: EachBatchPayload;
  readonly keepAlive: () => Promise<void>;
}

interface Waiting extends Share {
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Puts together what the partitions of a topic brought: kafkajs hands it over by partition, and with twelve of them most
 * transactions would have an event or two. A partition waits for its share, so its order stays.
 */
export class Gathering {
  private readonly waiting = new Map<string, Waiting[]>();
  private readonly busy = new Set<string>();

  /** @param handle deals with shares of one topic, all of them or, where it throws, none */
  constructor(private readonly handle: (shares: readonly [Share, ...Share[]]) => Promise<void>) {}

  /** Returns when the share is dealt with. @throws what `handle` threw */
  add(share: Share): Promise<void> {
    return new Promise((resolve, reject) => {
      const others = this.waiting.get(share.topic) ?? [];
      this.waiting.set(share.topic, [...others, { ...share, resolve, reject }]);
      // The other partitions of the same answer of the broker come within this turn of the event loop.
      setImmediate(() => this.next());
    });
  }

  private next(): void {
    for (const topic of this.waiting.keys()) {
      if (this.busy.size >= CONCURRENCY) return;
      if (!this.busy.has(topic)) void this.work(topic);
    }
  }

  private async work(topic: string): Promise<void> {
    const [first, ...others] = this.take(topic);
    if (!first) return;
    const shares: [Waiting, ...Waiting[]] = [first, ...others];
    this.busy.add(topic);
    try {
      await this.handle(shares);
      for (const { resolve } of shares) resolve();
    } catch (error) {
      for (const { reject } of shares) reject(error);
    }
    this.busy.delete(topic);
    this.next();
  }

  /** As many shares as fit a batch, the longest waiting first. */
  private take(topic: string): Waiting[] {
    const all = this.waiting.get(topic) ?? [];
    let size = 0;
    const rest = all.findIndex(({ messages }, index) => (size += messages.length) > BATCH_SIZE && index > 0);
    const taken = rest < 0 ? all : all.slice(0, rest);
    if (taken.length === all.length) this.waiting.delete(topic);
    else this.waiting.set(topic, all.slice(taken.length));
    return taken;
  }
}
