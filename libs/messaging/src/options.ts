/** What a service tells its part of the bus. */
export interface MessagingOptions {
  /** Name of the process; its replicas share one relay and one group of consumers. */
  service: string;
  /** The area whose events it publishes. */
  area: string;
  /** Addresses of Kafka; empty means the Postgres log. */
  kafkaBrokers: readonly string[];
}

/** Token of the options. */
export const MESSAGING = Symbol("messaging options");
