import { appendToOutbox } from "@kehu/messaging";
import { v7 as uuidv7 } from "uuid";
import {
  accountEvent,
  ACCOUNTS,
  ACTOR,
  changeAccount,
  createAccount,
  createAccounts,
  messageOf,
  TOPIC,
  writeConcurrently,
} from "./support/accounts.ts";
import type { Bus, OwnPostgres } from "./support/bus.ts";
import { describeBrokerFaults, describeFaults } from "./conformance-faults.ts";
import { describePoison } from "./conformance-poison.ts";
import { patience, scaled, soon, Stage } from "./support/stage.ts";

/**
 * What every transport has to do.
 *
 * @param hasBroker whether the bus is somewhere else than the database
 */
export function describeConformance(
  name: string,
  hasBroker: boolean,
  bus: (postgres: OwnPostgres) => Promise<Bus>,
): void {
  describe(name, () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.build(bus);
    }, 120_000);
    beforeEach(() => stage.clear(), 60_000);
    afterEach(() => stage.strike(), 60_000);
    afterAll(() => stage.end(), 60_000);

    describeDelivery(() => stage);
    describePoison(() => stage);
    describeFaults(() => stage);
    if (hasBroker) describeBrokerFaults(() => stage);
  });
}

function describeDelivery(stage: () => Stage): void {
  it(
    "brings every event of 40 concurrent writers to the handlers once and in order",
    async () => {
      const services = [await stage().start("customer"), await stage().start("sales")];
      const ids = await createAccounts(stage().publisher, 200);
      await writeConcurrently(stage().publisher, ids, 40, scaled(100_000));
      await stage().untilLevel(...services);
      await stage().expectEachEffectOnce();
      await stage().expectOrderOnBus(0);
      await stage().untilCopied();
    },
    patience(600_000) * 2,
  );

  it(
    "keeps the order of events that one transaction appends",
    async () => {
      await stage().start("customer");
      await stage().start("sales");
      const id = uuidv7();
      await stage().publisher.transaction(async (tx) => {
        await tx.query("INSERT INTO test_account (id, version, name) VALUES ($1, 1500, 'name 1500')", [id]);
        const updates = Array.from({ length: 1499 }, (_, n) => accountEvent("customer.account.updated", id, n + 2));
        await appendToOutbox(tx, [accountEvent("customer.account.created", id, 1), ...updates], ACTOR);
      });
      await stage().untilCopied();
      await stage().expectEachEffectOnce();
    },
    patience(0) * 2,
  );

  it(
    "takes duplicates and shuffles without harm",
    async () => {
      await stage().start("sales");
      const ids = Array.from({ length: 20 }, () => uuidv7());
      const messages = ids.flatMap((id) =>
        Array.from({ length: 30 }, (_, n) => messageOf("customer.account.updated", id, n + 1)),
      );
      const shuffled = [...messages, ...messages, ...messages].sort(() => Math.random() - 0.5);
      await stage().bus.produce(
        TOPIC,
        shuffled.map((message) => ({ key: message.subject, value: JSON.stringify(message) })),
      );
      await soon(async () => expect(await stage().effects()).toHaveLength(messages.length));
      const copies = await stage().rows<{ id: string; version: number }>("SELECT id, version FROM sales.test_copy");
      expect(new Map(copies.map(({ id, version }) => [id, version]))).toEqual(new Map(ids.map((id) => [id, 30])));
    },
    patience(0) * 2,
  );

  it(
    "gives a new group everything from the beginning",
    async () => {
      const services = [await stage().start("customer"), await stage().start("sales")];
      const ids = await createAccounts(stage().publisher, 20);
      await writeConcurrently(stage().publisher, ids, 10, scaled(10_000));
      await stage().untilLevel(...services);
      await stage().start("marketing");
      await stage().expectEachEffectOnce("marketing");
      await stage().untilCopied("marketing");
    },
    patience(300_000),
  );

  it(
    "tells records again by snapshots, for a group that starts after the topics were lost",
    async () => {
      const customer = await stage().start("customer");
      customer.operations.register(ACCOUNTS);
      const ids = await createAccounts(stage().publisher, 1200);
      await writeConcurrently(stage().publisher, ids.slice(0, 50), 5, 50);
      await stage().untilLevel(customer);
      await stage().bus.empty();
      await stage().start("marketing");
      expect(await customer.operations.snapshot("customer.account", ACTOR)).toBe(1200);
      await stage().untilCopied("marketing");
      await expect(customer.operations.snapshot("customer.nothing", ACTOR)).rejects.toMatchObject({
        code: "snapshot.unknown-concept",
        members: { allowed: ["customer.account"] },
      });
    },
    patience(0),
  );

  it(
    "publishes events again from a time, with their old ids",
    async () => {
      const services = [await stage().start("customer"), await stage().start("sales")];
      const [customer] = services;
      await createAccount(stage().publisher);
      await stage().untilLevel(...services);
      const [{ from } = { from: new Date() }] = await stage().rows<{ from: Date }>("SELECT clock_timestamp() AS from");
      const id = await createAccount(stage().publisher);
      await changeAccount(stage().publisher, id);
      await stage().untilLevel(...services);
      const before = await stage().bus.read(TOPIC);
      expect(await customer!.operations.republish(from)).toBe(2);
      await stage().untilLevel(...services);
      const after = await stage().bus.read(TOPIC);
      expect(after.length).toBe(before.length + 2);
      expect(new Set(after.map(({ value }) => value))).toEqual(new Set(before.map(({ value }) => value)));
      await stage().expectEachEffectOnce();
    },
    patience(0) * 2,
  );

  it(
    "publishes what is left when the service stops",
    async () => {
      const customer = await stage().start("customer");
      const id = await createAccount(stage().publisher);
      await stage().untilLevel(customer);
      const written = writeConcurrently(stage().publisher, [id], 5, 200);
      await written;
      await customer.close();
      expect(await stage().rows("SELECT seq FROM customer.outbox WHERE published_at IS NULL")).toEqual([]);
    },
    patience(0) * 2,
  );
}
