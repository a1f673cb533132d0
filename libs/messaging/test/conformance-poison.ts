import { v7 as uuidv7 } from "uuid";
import { changeAccount, createAccount, messageOf, TOPIC } from "./support/accounts.ts";
import type { Message } from "./support/bus.ts";
import { patience, soon, type Stage } from "./support/stage.ts";

const UPDATED = "customer.account.updated";

/** Messages that no handler may get, with the reason under which they are parked. */
function poison(): [string, Message][] {
  const id = uuidv7();
  const json = (changes: Record<string, unknown>) => JSON.stringify(messageOf(UPDATED, id, 1, changes));
  const good = json({});
  return [
    ["event.not-json", { key: id, value: "{" }],
    ["event.not-json", { key: id, value: "" }],
    ["event.not-json", { key: id, value: "\u0000\uFFFD{]" }],
    ["event.not-json", { key: id, value: good.replace('"data":{', '"data":{"__proto__":{"admin":true},') }],
    ["event.not-json", { key: id, value: good.replace('"data":{', '"constructor":{"prototype":{}},"data":{') }],
    ["event.schema", { key: id, value: "null" }],
    ["event.schema", { key: id, value: "[]" }],
    ["event.schema", { key: id, value: '"text"' }],
    ["event.schema", { key: id, value: "[".repeat(50_000) + "]".repeat(50_000) }],
    ["event.schema", { key: id, value: json({ type: { toString: 1 } }) }],
    ["event.schema", { key: id, value: json({ aggregateversion: -1 }) }],
    ["event.schema", { key: id, value: json({ aggregateversion: 1.5 }) }],
    ["event.schema", { key: id, value: json({ id: "not a uuid" }) }],
    ["event.schema", { key: id, value: json({ data: { changed: [] } }) }],
    ["event.schema", { key: id, value: json({ data: null }) }],
    ["event.newer-version", { key: id, value: json({ dataschema: `urn:kehu:schema:${UPDATED}:2` }) }],
    ["event.wrong-topic", { key: id, value: json({ type: "identity.user.updated" }) }],
    ["event.wrong-key", { key: uuidv7(), value: good }],
    ["event.wrong-key", { key: null, value: good }],
    ["event.empty", { key: id, value: null }],
    [
      "event.too-large",
      { key: id, value: json({ padding: "x".repeat(1_000_000) + "é".repeat(30_000) }).slice(0, 1_048_577 + 100) },
    ],
  ];
}

/** What cannot be handled is kept for an operator, holds back its own record only, and can be repaired. */
export function describePoison(stage: () => Stage): void {
  it(
    "parks what is no event, and goes on",
    async () => {
      const sales = await stage().start("sales");
      const good = Array.from({ length: 100 }, () => messageOf(UPDATED, uuidv7(), 1));
      const corpus = poison();
      const messages = good.map((message): Message => ({ key: message.subject, value: JSON.stringify(message) }));
      corpus.forEach(([, message], n) => messages.splice(n * 4, 0, message));
      const unknown = messageOf("customer.account.praised", uuidv7(), 1);
      messages.splice(50, 0, { key: unknown.subject, value: JSON.stringify(unknown) });
      await stage().bus.produce(TOPIC, messages);
      await soon(async () => expect(await stage().effects()).toHaveLength(good.length));
      await soon(async () => expect((await sales.operations.freshness()).lag).toBe(0));
      expect(sales.strategy.unknownEvents).toBe(1);
      // Behind the first one of its key, the reason of the others is their own still.
      const parked = await stage().rows<{ handler: string; reason: string; payload: string; key: string }>(
        "SELECT handler, reason, payload, key FROM sales.dead_letter WHERE handler = 'test-effects'",
      );
      const expected = corpus.map(([reason, { key, value }]) => [
        reason,
        key ?? "",
        (value ?? "").replace("\0", "\uFFFD"),
      ]);
      const wanted = expected.filter(([reason]) => reason !== "event.wrong-topic");
      const found = parked.map(({ reason, key, payload }) => [reason.split(":")[0], key, payload]);
      expect(found.sort()).toEqual(wanted.sort());
    },
    patience(0) * 2,
  );

  it(
    "parks an event that a handler cannot take, with the later ones of its record, for that handler only",
    async () => {
      const sales = await stage().start("sales");
      await stage().start("customer");
      const broken = await createAccount(stage().publisher);
      const sound = await createAccount(stage().publisher);
      await stage().rows("INSERT INTO sales.test_broken VALUES ('poison')");
      await changeAccount(stage().publisher, broken, "poison");
      for (let n = 0; n < 3; n += 1) await changeAccount(stage().publisher, broken);
      for (let n = 0; n < 3; n += 1) await changeAccount(stage().publisher, sound);
      await soon(async () => expect((await sales.operations.freshness()).parked).toBe(4));
      await stage().untilCopied();
      await soon(async () => expect(await stage().effects()).toHaveLength(5));

      const letters = await sales.operations.listDeadLetters();
      expect(letters.map(({ handler, key, type }) => [handler, key, type])).toEqual(
        Array.from({ length: 4 }, () => ["test-effects", broken, UPDATED]),
      );
      const first = letters.at(-1)!;
      expect(first).toMatchObject({ reason: "handler.failed: cannot take poison", attempts: 3, status: "parked" });
      expect(first.trace).toContain("TypeError");

      // Nothing is repaired yet, so all stay.
      expect(await sales.operations.replay(letters[0]!.id)).toEqual({
        replayed: 0,
        parked: 4,
        reason: "handler.failed: cannot take poison",
      });
      await stage().rows("DELETE FROM sales.test_broken");
      // The twin shares the work, or comes when it is done.
      const twins = await Promise.allSettled([1, 1].map(() => sales.operations.replay(letters[1]!.id)));
      const replayed = twins.map((twin) => (twin.status === "fulfilled" ? twin.value.replayed : 0));
      expect(replayed[0]! + replayed[1]!).toBe(4);
      const refusals = twins.flatMap((twin) => (twin.status === "rejected" ? [twin.reason as unknown] : []));
      for (const refusal of refusals) expect(refusal).toMatchObject({ code: "dead-letter.not-parked" });
      await stage().expectEachEffectOnce();
      await changeAccount(stage().publisher, broken);
      await stage().expectEachEffectOnce();
      expect((await sales.operations.freshness()).parked).toBe(0);
      await expect(sales.operations.replay(first.id)).rejects.toMatchObject({ code: "dead-letter.not-parked" });
    },
    patience(0) * 2,
  );

  it(
    "parks what stands behind a message that is no event, also in the same batch",
    async () => {
      const sales = await stage().start("sales");
      const [key, other] = [uuidv7(), uuidv7()];
      const event = (id: string, version: number) => ({
        key: id,
        value: JSON.stringify(messageOf(UPDATED, id, version)),
      });
      const messages = [event(key, 1), { key, value: "{" }, event(key, 2), event(other, 1), event(key, 3)];
      await stage().bus.produce(TOPIC, messages);
      await soon(async () => expect((await sales.operations.freshness()).parked).toBe(6));
      await soon(async () => expect(await stage().effects()).toHaveLength(2));
      const [first] = (await sales.operations.listDeadLetters()).filter(({ reason }) => reason.startsWith("event.not"));
      await sales.operations.discard(first!.id);
      const [later] = (await sales.operations.listDeadLetters()).filter(({ handler }) => handler === first!.handler);
      expect(await sales.operations.replay(later!.id)).toEqual({ replayed: 2, parked: 0, reason: null });
      expect((await sales.operations.freshness()).parked).toBe(3);
    },
    patience(0) * 2,
  );

  it(
    "gives a record free when its poison is discarded and the rest is replayed",
    async () => {
      const sales = await stage().start("sales");
      await stage().start("customer");
      const id = await createAccount(stage().publisher);
      await stage().rows("INSERT INTO sales.test_broken VALUES ('poison')");
      await changeAccount(stage().publisher, id, "poison");
      await changeAccount(stage().publisher, id);
      await soon(async () => expect((await sales.operations.freshness()).parked).toBe(2));
      const [later, first] = await sales.operations.listDeadLetters();
      await sales.operations.discard(first!.id);
      await expect(sales.operations.discard(first!.id)).rejects.toMatchObject({ status: 404 });
      expect(await sales.operations.replay(later!.id)).toEqual({ replayed: 1, parked: 0, reason: null });
      const versions = (await stage().effects()).map(({ version }) => version);
      expect(versions).toEqual([1, 3]);
    },
    patience(0) * 2,
  );

  it(
    "keeps events of a newer schema until the upgrade",
    async () => {
      const sales = await stage().start("sales");
      const message = messageOf(UPDATED, uuidv7(), 1);
      const newer = { ...message, dataschema: `urn:kehu:schema:${UPDATED}:2` };
      await stage().bus.produce(TOPIC, [{ key: message.subject, value: JSON.stringify(newer) }]);
      await soon(async () => expect((await sales.operations.freshness()).parked).toBe(2));
      await sales.close();
      // What an older version of Kehu, which knew nothing of version 1, would have left.
      await stage().rows(
        "UPDATE sales.dead_letter SET payload = replace(payload, ':2\"', ':1\"'), reason = 'event.newer-version: 1, known is 0'",
      );
      await stage().start("sales");
      await soon(async () => expect(await stage().effects()).toHaveLength(1));
      await soon(async () =>
        expect(await stage().rows("SELECT 1 FROM sales.dead_letter WHERE status = 'parked'")).toEqual([]),
      );
    },
    patience(0) * 2,
  );
}
