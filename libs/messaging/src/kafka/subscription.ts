import { Logger } from "@nestjs/common";
import kafkajs, { type Consumer, type EachBatchPayload, type Kafka, type KafkaMessage } from "kafkajs";
import { BATCH_SIZE, type BatchHandler, type IncomingMessage, type Subscription } from "../transport.ts";
import { backoff, pause } from "../waiting.ts";
import { Gathering, type Share } from "./gathering.ts";
import { createTopics } from "./topics.ts";
import { Watchdog } from "./watchdog.ts";

/** Partitions that kafkajs hands over at a time: more than any topic has, so that their shares meet. */
const PARTITIONS_AT_ONCE = 24;
/** All in milliseconds. A consumer that was killed holds its partitions as long as its session lasts. */
const SESSION = 10_000;
const HEARTBEAT_EVERY = 2_000;
const LONGEST_FETCH = 2_000;
const LONGEST_BACKOFF = 10_000;

/** EX_SOFTWARE of sysexits.h: whoever started this process starts it again. */
const EXIT_DEFECT = 70;

/** Reads topics of Kafka for a group, and ends the process when kafkajs is dead without saying so. */
export class KafkaSubscription implements Subscription {
  private readonly log = new Logger(KafkaSubscription.name);
  private readonly stopping = new AbortController();
  private starting: Promise<void>;
  private readonly watchdog: Watchdog;
  private consumer: Consumer | null = null;
  private crashes = 0;

  constructor(
    private readonly kafka: Kafka,
    private readonly group: string,
    private readonly topics: readonly string[],
    private readonly handle: BatchHandler,
  ) {
    this.watchdog = new Watchdog(kafka, group, topics, (reason) => this.end(reason));
    this.starting = this.start();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.watchdog.stop();
    await this.starting;
    await this.consumer?.disconnect().catch(() => undefined);
  }

  /** Tries until the broker answers; right after its start it often has no coordinator yet. */
  private async start(): Promise<void> {
    for (let failures = 0; !this.stopping.signal.aborted; failures += 1) {
      try {
        await createTopics(this.kafka, this.topics);
        this.consumer = await this.connect();
        return;
      } catch (error) {
        if (failures === 0) this.log.warn(`Kafka cannot be read, trying again: ${(error as Error).message}`);
        await pause(backoff(failures, 200, LONGEST_BACKOFF), this.stopping.signal).catch(() => undefined);
      }
    }
  }

  private async connect(): Promise<Consumer> {
    const consumer = this.kafka.consumer({
      groupId: this.group,
      sessionTimeout: SESSION,
      heartbeatInterval: HEARTBEAT_EVERY,
      maxWaitTimeInMs: LONGEST_FETCH,
      allowAutoTopicCreation: false,
      retry: {
        initialRetryTime: 200,
        maxRetryTime: 2_000,
        retries: 5,
        restartOnFailure: () => Promise.resolve(!this.stopping.signal.aborted),
      },
    });
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart && !this.stopping.signal.aborted) this.replace(error);
    });
    consumer.on(consumer.events.GROUP_JOIN, () => (this.crashes = 0));
    this.watchdog.watch(consumer);
    const gathering = new Gathering((shares) => this.work(shares));
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
        eachBatch: (payload) => this.eachBatch(payload, gathering),
      });
      return consumer;
    } catch (error) {
      await consumer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  /** Lets nothing through to kafkajs but its own errors: a TypeError would end the consumer for good. */
  private async eachBatch(payload: EachBatchPayload, gathering: Gathering): Promise<void> {
    // kafkajs speaks to the broker between batches only.
    let lost: unknown = null;
    const beat = setInterval(() => void payload.heartbeat().catch((error: unknown) => (lost = error)), HEARTBEAT_EVERY);
    const keepAlive = async (): Promise<void> => {
      this.watchdog.progress();
      if (lost) throw lost as Error;
      await payload.heartbeat();
    };
    try {
      await this.read(payload, gathering, keepAlive);
    } catch (error) {
      if (error instanceof kafkajs.KafkaJSError) throw error;
      if (this.stopping.signal.aborted) return;
      this.log.error(`${payload.batch.topic} is read again: ${(error as Error).message}`, (error as Error).stack);
      await pause(LONGEST_FETCH, this.stopping.signal).catch(() => undefined);
    } finally {
      clearInterval(beat);
    }
  }

  private async read(payload: EachBatchPayload, gathering: Gathering, keepAlive: () => Promise<void>): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    for (let from = 0; from < messages.length; from += BATCH_SIZE) {
      if (!payload.isRunning() || payload.isStale()) return;
      const portion = messages.slice(from, from + BATCH_SIZE);
      await gathering.add({ topic, partition, messages: portion, payload, keepAlive });
      payload.resolveOffset(portion.at(-1)!.offset);
      await keepAlive();
    }
  }

  /** Has the shares handled, and tells the broker with one request. */
  private async work(shares: readonly [Share, ...Share[]]): Promise<void> {
    const { topic, payload } = shares[0];
    const messages = shares.flatMap((share) => share.messages.map((message) => incomingOf(share, message)));
    const keepAlive = async (): Promise<void> => {
      await Promise.all(shares.map((share) => share.keepAlive()));
    };
    await this.handle({ topic, messages }, { stopping: this.stopping.signal, keepAlive });
    const partitions = shares.map(({ partition, messages: handled }) => ({
      partition,
      offset: (BigInt(handled.at(-1)!.offset) + 1n).toString(),
    }));
    await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
  }

  /**
   * kafkajs also gives up for good where the broker only needs a moment, for example before it has a coordinator
   * (https://github.com/tulios/kafkajs/issues/1445). After an error that is not Kafka's nothing can be relied on.
   */
  private replace(error: Error): void {
    if (!isOfKafka(error)) {
      this.end(`The consumer crashed: ${error.message}.`);
      return;
    }
    const delay = backoff(this.crashes++, 200, LONGEST_BACKOFF);
    this.starting = this.starting
      .then(() => pause(delay, this.stopping.signal))
      .then(() => this.start())
      .catch(() => undefined);
  }

  private end(reason: string): void {
    this.log.fatal(`${reason} This process ends, to be started again.`);
    process.exit(EXIT_DEFECT);
  }
}

function isOfKafka(error: Error): boolean {
  if (!(error instanceof kafkajs.KafkaJSError)) return false;
  return !(error.cause instanceof Error) || isOfKafka(error.cause);
}

function incomingOf({ topic, partition }: Share, { offset, key, value }: KafkaMessage): IncomingMessage {
  return {
    position: `${topic}/${partition}/${offset}`,
    key: key?.toString() ?? null,
    value: value?.toString() ?? null,
  };
}
