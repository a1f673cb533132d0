/** A real Kafka broker that a test may break. */
export interface Broker {
  /** `host:port` */
  readonly address: string;
  /** Starts it, again after `kill` with the data that it had. */
  start(): Promise<void>;
  /** Ends it at once, as a power cut does to the process. */
  kill(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** The version that production is proven with; also the tag of the image. */
export const KAFKA_VERSION = "4.1.0";

/** Milliseconds that a broker may take to start; on a first run its packages or its image have to come first. */
export const START_LIMIT = 120_000;

/** What a broker of one node needs beside its addresses, by the names of server.properties. */
export const SETTINGS: Readonly<Record<string, string>> = {
  "process.roles": "broker,controller",
  "node.id": "1",
  "controller.listener.names": "CONTROLLER",
  "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
  "auto.create.topics.enable": "false",
  "offsets.topic.replication.factor": "1",
  "offsets.topic.num.partitions": "4",
  "transaction.state.log.replication.factor": "1",
  "transaction.state.log.min.isr": "1",
  "group.initial.rebalance.delay.ms": "0",
  // After a kill the controller waits this long before the same broker may come back.
  "broker.session.timeout.ms": "1500",
  "broker.heartbeat.interval.ms": "300",
};
