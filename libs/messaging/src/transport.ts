import type { Connection } from "./session.ts";

/** A message as it came from the bus: nothing in it is trusted yet. */
export interface IncomingMessage {
  /** Where it stands: topic, partition (Kafka only) and offset. */
  position: string;
  key: string | null;
  value: string | null;
}

/** Messages of one topic, those of one key in their order; at most `BATCH_SIZE`. */
export interface IncomingBatch {
  topic: string;
  messages: readonly IncomingMessage[];
}

/** What a handler of batches has to mind while it works. */
export interface Delivery {
  /** Aborted when the subscription stops: waits end with an error, and the batch is delivered again later. */
  stopping: AbortSignal;
  /** Tells the broker that the consumer lives; to be called at least every 3 s. */
  keepAlive(): Promise<void>;
}

/** Returns when the batch is dealt with for good; throwing means that it is to be delivered again. */
export type BatchHandler = (batch: IncomingBatch, delivery: Delivery) => Promise<void>;

export interface Subscription {
  /** Ends after the batches in hand are dealt with or given up. */
  stop(): Promise<void>;
}

/**
 * The bus. It carries messages of topics in order per key, keeps them for 30 days, and lets groups of consumers read
 * each message at least once. test/conformance.ts is what an implementation has to pass.
 */
export interface Transport {
  /** Makes topics that are not there. */
  prepare(topics: readonly string[]): Promise<void>;
  /**
   * Moves the next unpublished rows of `outbox` to the bus, in their order, and marks those that the bus has. A record
   * whose row the bus refuses holds back its own later rows only.
   *
   * @param connection the relay's own; it holds the relay's lock, so whoever has lost the lock cannot get through here
   * @param limit rows at most
   * @returns how many rows were moved; 0 when there are none to move
   * @throws when the bus or the database is away; nothing is lost, rows that went out unmarked go out again
   */
  publish(connection: Connection, limit: number): Promise<number>;
  /** Delivers every message of the topics to the group, those of a key in their order, one batch of a topic at a time. */
  subscribe(group: string, topics: readonly string[], handle: BatchHandler): Subscription;
  /** Messages that the group still has before it. */
  lag(group: string, topics: readonly string[]): Promise<number>;
  /** Removes what is older than 30 days, where the bus does not do so by itself. */
  prune(connection: Connection, topics: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Rows of a relay's batch, and messages of a consumer's. */
export const BATCH_SIZE = 500;

/** Days that a message stays on the bus. */
export const BUS_RETENTION_DAYS = 30;

/** Token of the transport in use. */
export const TRANSPORT = Symbol("transport");
