import { startBroker } from "@kehu/testing";
import { describeConformance } from "./conformance.ts";
import { kafkaBus } from "./support/kafka-bus.ts";

const broker = await startBroker("conformance of the Kafka transport");

if (broker) {
  describeConformance("KafkaTransport", true, () => Promise.resolve(kafkaBus(broker)));
  afterAll(() => broker.remove());
}
