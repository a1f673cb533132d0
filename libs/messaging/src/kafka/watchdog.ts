import type { Consumer, Kafka } from "kafkajs";
import { lagOf, type Partition } from "./lag.ts";

/** In milliseconds. */
const LIMITS = { lookEvery: 10_000, silence: 30_000 };

/** Notices a consumer that has messages before it and does nothing about them. */
export class Watchdog {
  private readonly timer: NodeJS.Timeout;
  private assigned: Partition[] = [];
  private progressAt = performance.now();
  private looking = false;

  /** @param onStuck called when there is lag on partitions of this consumer and no progress for `limits.silence` */
  constructor(
    private readonly kafka: Kafka,
    private readonly group: string,
    private readonly topics: readonly string[],
    private readonly onStuck: (reason: string) => void,
    private readonly limits = LIMITS,
  ) {
    this.timer = setInterval(() => void this.look(), limits.lookEvery).unref();
  }

  watch(consumer: Consumer): void {
    consumer.on(consumer.events.FETCH, () => this.progress());
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.progress();
      this.assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
    });
  }

  progress(): void {
    this.progressAt = performance.now();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if (this.looking || this.assigned.length === 0 || performance.now() - this.progressAt < this.limits.silence) return;
    this.looking = true;
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      const lag = await lagOf(admin, this.group, this.topics, this.assigned);
      if (lag > 0 && performance.now() - this.progressAt >= this.limits.silence) {
        this.onStuck(`${lag} messages wait and nothing was read for ${this.limits.silence / 1000} s.`);
      }
    } catch {
      // The broker is away: that explains the silence.
    } finally {
      this.looking = false;
      await admin.disconnect().catch(() => undefined);
    }
  }
}
