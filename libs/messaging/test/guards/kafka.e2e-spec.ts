import { createRequire } from "node:module";
import { kafkaBrokers, testDatabase } from "@kehu/testing";
import { createAccounts } from "../support/accounts.ts";
import { kafkaClient } from "../../src/kafka/client.ts";
import { KafkaTransport } from "../../src/kafka/kafka-transport.ts";
import { createTopics } from "../../src/kafka/topics.ts";
import { Watchdog } from "../../src/kafka/watchdog.ts";
import { Session } from "../../src/session.ts";
import { ServiceProcess } from "../support/child.ts";

const brokers = await kafkaBrokers("the guards around kafkajs");

if (brokers) {
  describe("the guards around kafkajs", () => {
    it("leave an idle connection alone: hardly any wake-ups", async () => {
      const load = createRequire(import.meta.url);
      const { prototype } = load("kafkajs/src/network/requestQueue/index.js") as {
        prototype: { checkPendingRequests(): void };
      };
      let wakeUps = 0;
      const check = Object.getOwnPropertyDescriptor(prototype, "checkPendingRequests")!.value as () => void;
      prototype.checkPendingRequests = function (this: typeof prototype) {
        wakeUps += 1;
        check.call(this);
      };
      const admin = kafkaClient(brokers, "test").admin();
      await admin.connect();
      await admin.listTopics();
      wakeUps = 0;
      await new Promise((resolve) => setTimeout(resolve, 500));
      prototype.checkPendingRequests = check;
      await admin.disconnect();
      expect(wakeUps).toBeLessThan(5);
    });

    it("make topics with 12 partitions, kept 30 days, and leave those alone that are there", async () => {
      const kafka = kafkaClient(brokers, "test");
      const topic = `test.${crypto.randomUUID()}`;
      await createTopics(kafka, [topic]);
      await createTopics(kafka, [topic]);
      const admin = kafka.admin();
      await admin.connect();
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: 2, name: topic }],
      });
      await admin.deleteTopics({ topics: [topic] });
      await admin.disconnect();
      expect(topics[0]!.partitions).toHaveLength(12);
      const retention = resources[0]!.configEntries.find(({ configName }) => configName === "retention.ms");
      expect(retention?.configValue).toBe("2592000000");
    });

    it("hold back only the record of which the broker refuses an event", async () => {
      const test = await testDatabase("customer");
      const customer = test.open("customer");
      await test.admin.query(
        "CREATE TABLE customer.test_account (id uuid PRIMARY KEY, version int, name text); GRANT ALL ON customer.test_account TO PUBLIC",
      );
      const [refused, ...others] = await createAccounts(customer, 20);
      const topic = `test.${crypto.randomUUID()}`;
      await test.admin.query("UPDATE customer.outbox SET topic = $1", [topic]);
      await test.admin.query("UPDATE customer.outbox SET payload = repeat('x', 2000000) WHERE key = $1", [refused]);
      await test.admin.query(
        `INSERT INTO customer.outbox (event_id, topic, key, type, payload)
         SELECT gen_random_uuid(), topic, key, type, 'later' FROM customer.outbox`,
      );
      const session = new Session(customer);
      const transport = new KafkaTransport(brokers, "test");
      await transport.prepare([topic]);
      const connection = await session.connection();
      await transport.publish(connection, 500);
      expect(await transport.publish(connection, 500)).toBe(0);
      const { rows } = await test.admin.query<{ key: string; published: number }>(
        "SELECT key, count(published_at)::int AS published FROM customer.outbox GROUP BY key",
      );
      const wanted = [[refused!, 0] as const, ...others.map((key) => [key, 2] as const)];
      expect(new Map(rows.map(({ key, published }) => [key, published]))).toEqual(new Map(wanted));
      await transport.close();
      await session.close();
      await test.close();
    }, 60_000);

    it("notice a consumer that hangs with messages before it", async () => {
      const kafka = kafkaClient(brokers, "test");
      const topic = `test.${crypto.randomUUID()}`;
      await createTopics(kafka, [topic]);
      const producer = kafka.producer();
      await producer.connect();
      await producer.send({ topic, messages: [{ key: "a", value: "b" }] });
      await producer.disconnect();
      const consumer = kafka.consumer({ groupId: topic });
      let letGo = (): void => undefined;
      const hanging = new Promise<void>((resolve) => (letGo = resolve));
      const stuck = new Promise<string>((resolve) => {
        const watchdog = new Watchdog(kafka, topic, [topic], resolve, { lookEvery: 200, silence: 1_000 });
        watchdog.watch(consumer);
        void hanging.then(() => watchdog.stop());
      });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch: () => hanging });
      expect(await stuck).toMatch(/^1 messages wait/);
      letGo();
      await consumer.disconnect();
    }, 60_000);

    it("end the process with 70 when kafkajs is dead for good", async () => {
      const test = await testDatabase("sales");
      const options = { service: "sales", area: "sales", kafkaBrokers: brokers, consumes: true, breakKafka: true };
      const process = await ServiceProcess.start({ ...options, url: test.url("sales") });
      expect(await process.ended).toBe(70);
      await test.close();
    }, 60_000);
  });
}
