import { Logger } from "@nestjs/common";
import { Kafka, logLevel, type LogEntry } from "kafkajs";
import "./idle-guard.ts";

/** Thrown by the broker for a record or a topic that it will not have; the same record will fail again. */
const REFUSALS = new Set([
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_TOPIC_EXCEPTION",
  "INVALID_RECORD",
  "TOPIC_AUTHORIZATION_FAILED",
]);

/**
 * @param clientId name of this process in the broker's logs
 */
export function kafkaClient(brokers: readonly string[], clientId: string): Kafka {
  const log = new Logger("Kafka");
  return new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    // Short: the relay and the subscription try again themselves, with their own patience.
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 },
    logLevel: logLevel.ERROR,
    // What matters we see as errors ourselves; kafkajs calls every reconnection an error.
    logCreator: () => (entry: LogEntry) => log.debug(`${entry.namespace}: ${entry.log.message}`),
  });
}

/** True where a record is refused for what it is, and not because the broker is away. */
export function isRefusal(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (REFUSALS.has((cause as { type?: string }).type ?? "")) return true;
  }
  return false;
}
