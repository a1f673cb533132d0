import type { Actor } from "@kehu/contracts";
import type { Database } from "@kehu/database";
import { appendToOutbox, upsertNewer } from "@kehu/messaging";
import { testDatabase, type TestDatabase } from "@kehu/testing";
import fc from "fast-check";
import { v7 as uuidv7 } from "uuid";
import { PostgresLogTransport } from "../src/postgres-log-transport.ts";
import { LARGEST_SENT, receive } from "../src/received.ts";
import { pruneDeadLetters, pruneInbox, pruneOutbox } from "../src/retention.ts";
import { Session } from "../src/session.ts";
import { accountEvent, ACTOR, createAccounts, createTestTables, TOPIC } from "./support/accounts.ts";

describe("tables of the bus", () => {
  let test: TestDatabase;
  let customer: Database;
  let sales: Database;
  let session: Session;
  const rows = async <R extends object>(sql: string): Promise<R[]> => (await test.admin.query<R>(sql)).rows;

  beforeAll(async () => {
    test = await testDatabase("customer", "sales");
    await createTestTables(test.admin, "customer", ["sales"]);
    customer = test.open("customer");
    sales = test.open("sales");
    session = new Session(customer);
  }, 60_000);
  beforeEach(() => test.emptyTables());
  afterAll(async () => {
    await session.close();
    await test.close();
  });

  describe("appendToOutbox", () => {
    it("makes CloudEvents that say who caused what", async () => {
      const id = uuidv7();
      const actor = { ...ACTOR, sessionId: "session", causationId: "cause", origin: "api" as const };
      const created = accountEvent("customer.account.created", id, 1);
      await customer.transaction((tx) => appendToOutbox(tx, [created], actor));
      const [row] = await rows<{ payload: string; event_id: string }>("SELECT * FROM customer.outbox");
      expect(row).toMatchObject({ topic: TOPIC, key: id, type: "customer.account.created", published_at: null });
      expect(JSON.parse(row!.payload)).toEqual({
        specversion: "1.0",
        id: row!.event_id,
        source: "urn:kehu:customer",
        type: "customer.account.created",
        time: created.time.toISOString(),
        subject: id,
        datacontenttype: "application/json",
        dataschema: "urn:kehu:schema:customer.account.created:1",
        aggregateversion: 1,
        actortype: "system",
        actorid: "test",
        sessionid: "session",
        origin: "api",
        correlationid: "test-request",
        causationid: "cause",
        data: created.data,
      });
    });

    it("refuses what no consumer could take", async () => {
      const append = (event: ReturnType<typeof accountEvent>) =>
        customer.transaction((tx) => appendToOutbox(tx, [event], ACTOR));
      const event = accountEvent("customer.account.created", uuidv7(), 1);
      await expect(append({ ...event, type: "customer.account.praised" })).rejects.toThrow("There is no event type");
      await expect(append({ ...event, version: 0 })).rejects.toThrow("does not fit its schema: /aggregateversion");
      await expect(append({ ...event, data: { changed: [] } })).rejects.toThrow("does not fit its schema: /data");
      expect(await rows("SELECT * FROM customer.outbox")).toEqual([]);
    });

    it("refuses no event of a record that outgrew the bus before by which it is told again, deleted or restored", async () => {
      const by = { ...ACTOR, actorType: "user" as const };
      for (const what of ["snapshot", "deleted", "restored"]) {
        const event = accountEvent(`customer.account.${what}`, uuidv7(), 1, "x".repeat(LARGEST_SENT));
        await customer.transaction((tx) => appendToOutbox(tx, [event], by));
      }
      expect(await rows("SELECT 1 FROM customer.outbox")).toHaveLength(3);
    });

    it("refuses a record that outgrows the bus, counted in bytes, but for what Kehu does by itself", async () => {
      const [id, by] = [uuidv7(), { ...ACTOR, actorType: "user" as const }];
      const append = (type: string, name: string, actor: Actor = by) =>
        customer.transaction((tx) => appendToOutbox(tx, [accountEvent(type, id, 1, name)], actor));
      const around = Buffer.byteLength(JSON.stringify(accountEvent("", id, 1, "").data));
      const fits = "x".repeat(LARGEST_SENT - around);
      await append("customer.account.updated", fits);
      await append("customer.account.snapshot", fits);
      const refusal = { status: 422, code: "record.too-large" };
      await expect(append("customer.account.updated", `${fits}x`)).rejects.toMatchObject(refusal);
      await expect(append("customer.account.updated", "华".repeat(fits.length / 2))).rejects.toMatchObject(refusal);
      await append("customer.account.updated", `${fits}x`, ACTOR);
      for (const { key, value } of await rows<{ key: string; value: string }>(
        "SELECT key, payload AS value FROM customer.outbox",
      ))
        expect(receive(TOPIC, { position: "", key, value })?.defect).toBeNull();
      expect(await rows("SELECT 1 FROM customer.outbox")).toHaveLength(3);
    });
  });

  describe("upsertNewer", () => {
    it("ends with the newest version of each record, whatever comes how often in which order and batch", async () => {
      const ids = [uuidv7(), uuidv7(), uuidv7()];
      const row = fc.record({ id: fc.constantFrom(...ids), version: fc.integer({ min: 1, max: 9 }) });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(row, { maxLength: 6 }), { maxLength: 6 }), async (batches) => {
          await sales.query("DELETE FROM test_copy");
          for (const batch of batches) {
            const named = batch.map(({ id, version }) => ({ id, version, name: `name ${version}` }));
            await sales.transaction((tx) => upsertNewer(tx, "test_copy", named));
          }
          const newest = new Map<string, number>();
          for (const { id, version } of batches.flat()) newest.set(id, Math.max(version, newest.get(id) ?? 0));
          const copies = await sales.query<{ id: string; version: number; name: string }>("SELECT * FROM test_copy");
          expect(new Map(copies.map(({ id, version }) => [id, version]))).toEqual(newest);
          for (const { version, name } of copies) expect(name).toBe(`name ${version}`);
        }),
        { numRuns: 50 },
      );
    });

    it("repairs a copy that differs at the same version", async () => {
      const id = uuidv7();
      const write = (name: string, version: number) =>
        sales.transaction((tx) => upsertNewer(tx, "test_copy", [{ id, version, name }]));
      expect(await write("wrong", 3)).toEqual([id]);
      expect(await write("right", 3)).toEqual([id]);
      expect(await write("old", 2)).toEqual([]);
      expect(await sales.query("SELECT name FROM test_copy")).toEqual([{ name: "right" }]);
    });
  });

  describe("retention", () => {
    it("removes published events after 7 days, and never one that is not published", async () => {
      await createAccounts(customer, 5);
      await rows(`UPDATE customer.outbox SET created_at = now() - interval '1 year',
        published_at = CASE seq % 5 WHEN 0 THEN now() - interval '8 days' WHEN 1 THEN now() - interval '6 days' END`);
      await pruneOutbox(await session.connection());
      expect(await rows("SELECT published_at IS NULL AS waits FROM customer.outbox")).toHaveLength(4);
      expect(await rows("SELECT 1 FROM customer.outbox WHERE published_at IS NULL")).toHaveLength(3);
    });

    it("keeps what a handler has done longer than a message can come again", async () => {
      await rows(`INSERT INTO customer.inbox (handler, event_id, at) SELECT 'h', gen_random_uuid(), now() - days * interval '1 day'
        FROM unnest(ARRAY[1, 34, 36, 100]) AS days`);
      await pruneInbox(await session.connection());
      expect(await rows("SELECT 1 FROM customer.inbox")).toHaveLength(2);
    });

    it("removes dead letters 90 days after they were parked, but none that waits for an operator", async () => {
      await rows(`INSERT INTO customer.dead_letter (handler, topic, position, key, payload, reason, attempts, status, parked_at)
        SELECT 'h', 't', status || days, status || days, '', '', 3, status, now() - days * interval '1 day'
        FROM unnest(ARRAY['parked', 'replayed', 'discarded']) AS status, unnest(ARRAY[89, 91]) AS days`);
      await pruneDeadLetters(await session.connection());
      expect(await rows("SELECT key FROM customer.dead_letter ORDER BY key")).toEqual(
        ["discarded89", "parked89", "parked91", "replayed89"].map((key) => ({ key })),
      );
      await rows("DELETE FROM customer.dead_letter");
    });

    it("removes messages of the Postgres log after 30 days, and readers find what is left", async () => {
      const transport = new PostgresLogTransport(customer, session);
      const connection = await session.connection();
      await createAccounts(customer, 10);
      expect(await transport.publish(connection, 500)).toBe(10);
      await rows(`UPDATE bus.log SET at = now() - interval '31 days' WHERE "offset" <= 6`);
      await transport.prune(connection, [TOPIC]);
      expect(await transport.lag("group", [TOPIC])).toBe(10);
      const positions: string[] = [];
      const subscription = transport.subscribe("group", [TOPIC], ({ messages }) => {
        positions.push(...messages.map(({ position }) => position));
        return Promise.resolve();
      });
      while ((await transport.lag("group", [TOPIC])) > 0) await connection.query("SELECT pg_sleep(0.02)");
      expect(positions).toEqual([7, 8, 9, 10].map((offset) => `${TOPIC}/${offset}`));
      // A topic of which nothing is left does not keep its readers busy.
      await rows(`DELETE FROM bus.log; UPDATE bus.topic SET next_offset = 20`);
      while ((await transport.lag("group", [TOPIC])) > 0) await connection.query("SELECT pg_sleep(0.02)");
      await subscription.stop();
    });
  });
});
