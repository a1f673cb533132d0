import { canStartBroker, startBroker, type Broker } from "@kehu/testing";

/** A bus to run on. */
export interface Bus {
  readonly name: string;
  /** Makes an empty broker, which the test removes; null where the bus is the Postgres log. */
  readonly broker: () => Promise<Broker | null>;
}

/** The transports that are there; without a broker one loud line says that Kafka is not. */
export async function buses(what: string): Promise<Bus[]> {
  const onKafka = `${what} on Kafka`;
  return [
    { name: "the Postgres log", broker: () => Promise.resolve(null) },
    ...((await canStartBroker(onKafka)) ? [{ name: "Kafka", broker: () => startBroker(onKafka) }] : []),
  ];
}
