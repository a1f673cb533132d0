/**
 * How fast the bus is: events per second through the relay, time from a change to its effect in another service, and
 * what two idle services cost. Prints a line per transport; Kafka only where a broker can be had.
 */
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { eventually, startBroker, testDatabase, type TestDatabase } from "@kehu/testing";
import { appendToOutbox } from "../src/index.ts";
import { accountEvent, ACTOR, changeAccount, createAccount, createTestTables } from "../test/support/accounts.ts";
import { startPostgres } from "../test/support/bus.ts";
import { ServiceProcess } from "../test/support/child.ts";
import { startBusService, type ServiceOptions } from "../test/support/service.ts";

const BACKLOG = 50_000;
const CHANGES_PER_SECOND = 100;
const SECONDS = 10;

/** CPU seconds that a process has used (Linux counts in hundredths). */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function fillOutbox(database: TestDatabase): Promise<void> {
  const publisher = database.open("customer");
  for (let done = 0; done < BACKLOG; done += 500) {
    const events = Array.from({ length: 500 }, () => accountEvent("customer.account.updated", crypto.randomUUID(), 1));
    await publisher.transaction((tx) => appendToOutbox(tx, events, ACTOR));
  }
}

async function relayRate(database: TestDatabase, customer: ServiceOptions): Promise<number> {
  await fillOutbox(database);
  const unpublished = async () => {
    const { rows } = await database.admin.query<{ left: number }>(
      "SELECT count(*)::int AS left FROM customer.outbox WHERE published_at IS NULL",
    );
    return rows[0]!.left;
  };
  const relay = await ServiceProcess.start(customer);
  await eventually(async () => (await unpublished()) < BACKLOG, 60_000);
  const [left, begin] = [await unpublished(), performance.now()];
  await eventually(async () => (await unpublished()) === 0, 120_000);
  const rate = left / ((performance.now() - begin) / 1000);
  await relay.kill();
  return rate;
}

/** The publishing service is this process: its own commits wake its relay. */
async function latency(database: TestDatabase, customer: ServiceOptions): Promise<{ p50: number; p99: number }> {
  const service = await startBusService(customer);
  const publisher = database.open("customer");
  const id = await createAccount(publisher);
  await eventually(async () => (await database.admin.query("SELECT 1 FROM sales.test_effect")).rows.length > 0, 60_000);
  const pending: Promise<number>[] = [];
  for (let n = 0; n < CHANGES_PER_SECOND * SECONDS; n += 1) {
    pending.push(changeAccount(publisher, id));
    await wait(1000 / CHANGES_PER_SECOND);
  }
  await Promise.all(pending);
  await eventually(async () => {
    const { rows } = await database.admin.query("SELECT 1 FROM sales.test_effect");
    return rows.length > pending.length;
  }, 60_000);
  const { rows } = await database.admin.query<{ p50: number; p99: number }>(`
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50, percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99
    FROM (SELECT extract(epoch FROM effect.at - outbox.created_at) * 1000 AS ms
          FROM sales.test_effect AS effect JOIN customer.outbox USING (event_id)) AS delays`);
  await service.close();
  return rows[0]!;
}

async function measure(name: string, kafkaBrokers: readonly string[]): Promise<void> {
  const database = await testDatabase("customer", "sales");
  await createTestTables(database.admin, "customer", ["sales"]);
  const options = (service: string): ServiceOptions => {
    return { url: database.url(service), service, area: service, kafkaBrokers, consumes: service === "sales" };
  };
  const rate = await relayRate(database, options("customer"));
  await database.emptyTables();
  const services = [await ServiceProcess.start(options("customer")), await ServiceProcess.start(options("sales"))];
  await wait(15_000);
  const cpu = () => services.reduce((sum, { child }) => sum + cpuOf(child.pid!), 0);
  const before = cpu();
  await wait(10_000);
  const idle = ((cpu() - before) / 10 / services.length) * 100;
  await services[0]!.kill();
  const { p50, p99 } = await latency(database, options("customer"));
  await Promise.all(services.map((service) => service.kill()));
  await database.close();
  process.stdout.write(
    `${name}: relay ${Math.round(rate)} events/s; change to effect p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms ` +
      `at ${CHANGES_PER_SECOND} changes/s; idle ${idle.toFixed(2)} % of a core per process\n`,
  );
}

const postgres = await startPostgres({ fsync: "on" });
await measure("Postgres log", []);
const broker = await startBroker("the benchmark of Kafka");
if (broker) {
  await measure("Kafka", [broker.address]);
  await broker.remove();
}
await postgres.remove();
