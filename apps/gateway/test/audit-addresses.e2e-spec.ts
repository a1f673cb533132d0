import type { EventOf, EventType } from "@kehu/contracts";
import { eventually } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { AuditConsumer } from "../src/audit/audit.consumer.ts";
import { AuditRetention } from "../src/audit/audit-retention.service.ts";
import { asked, entriesComing } from "./audit-trail.ts";
import { startReplica, System } from "./system.ts";

const ID = "0199c1a0-0000-7000-8000-000000000001";
const [HOME, ELSEWHERE] = ["198.51.100.7", "203.0.113.9"];

describe("the address of an entry", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start(undefined, { KEHU_TRUSTED_PROXIES: "127.0.0.1" });
  });
  afterAll(() => system.close());

  const signIn = async () => (await system.gateway.login()).accessToken;
  const from = (address: string) => ({ "x-forwarded-for": address });
  const rows = async <R extends object>(sql: string, values: unknown[] = []) =>
    (await system.database.admin.query<R>(sql, values)).rows;
  const originsOf = (requestId: string) =>
    rows("SELECT address, caller IS NOT NULL AS named FROM identity.request_origin WHERE request_id = $1", [requestId]);
  const invite = (token: string, address: string, gateway = system.gateway) =>
    asked({ gateway }, "POST", "/v1/users", {
      token,
      body: { email: `${randomUUID()}@kehu.example`, lastName: "赵" },
      headers: from(address),
    });
  const entered = async ({ requestId }: { requestId: string }) => {
    const entries = await entriesComing(system.database, requestId);
    return entries.map(({ address }) => address);
  };
  const change = (token: string, address: string) =>
    asked(system, "PATCH", `/v1/accounts/${ID}`, { token, body: { name: "x" }, headers: from(address) });

  it.each([
    ["where a session comes from first", "usual_address", HOME, []],
    ["where it comes from otherwise", "request_origin", ELSEWHERE, [{ address: ELSEWHERE, named: true }]],
  ])("is kept before a request is sent on: %s", async (_case, table, address, origins) => {
    const token = await signIn();
    if (address === ELSEWHERE) await change(token, HOME);
    const before = system.customer.arrivals.length;
    const { status, requestId } = await (async () => {
      let answer!: ReturnType<typeof change>;
      await system.whileLocked(`LOCK TABLE identity.${table} IN EXCLUSIVE MODE`, async (waiting) => {
        answer = change(token, address);
        await eventually(async () => expect(await waiting(`%INSERT INTO ${table}%`)).toBe(1));
        expect(system.customer.arrivals).toHaveLength(before);
      });
      return answer;
    })();
    expect(status).toBe(200);
    expect(await originsOf(requestId)).toEqual(origins);
  });

  it("is that of the request, wherever the session was before", async () => {
    const token = await signIn();
    const sent = [];
    for (const address of [HOME, HOME, ELSEWHERE, HOME]) sent.push([address, await invite(token, address)] as const);
    for (const [address, answer] of sent) expect(await entered(answer)).toEqual([address]);
  });

  it("is the same with several replicas, whichever the session asked first", async () => {
    const replica = await startReplica(system.gateway.keysDir);
    try {
      const token = await signIn();
      const both = await Promise.all([
        invite(token, HOME),
        invite(token, ELSEWHERE, replica),
        invite(token, HOME, replica),
        invite(token, ELSEWHERE),
      ]);
      expect(await Promise.all(both.map(entered))).toEqual([[HOME], [ELSEWHERE], [HOME], [ELSEWHERE]]);
    } finally {
      await replica.close();
    }
  });

  it("is not kept of what only reads", async () => {
    const token = await signIn();
    await change(token, HOME);
    const headers = from(ELSEWHERE);
    const answers = [
      await asked(system, "GET", `/v1/accounts/${ID}`, { token, headers }),
      await asked(system, "POST", "/v1/users/search", { token, headers, body: {} }),
    ];
    for (const { requestId } of answers) expect(await originsOf(requestId)).toEqual([]);
  });

  it("A45 is the caller's own, whoever else used the same request id before and after", async () => {
    const requestId = randomUUID();
    const plant = (caller: string | null) =>
      rows(
        "INSERT INTO identity.request_origin (request_id, caller, address, at) VALUES ($1, $2, $3, now() + interval '1 min')",
        [requestId, caller, ELSEWHERE],
      );
    await plant(randomUUID());
    await plant(null);
    const body = { email: `${randomUUID()}@kehu.example`, lastName: "赵" };
    await system.send("POST", "/v1/users", body, { "x-request-id": requestId, ...from(HOME) });
    expect(await entered({ requestId })).toEqual([HOME]);
  });

  it("is each caller's own where entries of several come together, in the order of the events", async () => {
    const [one, other, requestId] = [randomUUID(), randomUUID(), randomUUID()];
    const usual = "INSERT INTO identity.usual_address (caller, address) VALUES ($1, $2), ($3, $4)";
    await rows(usual, [one, HOME, other, ELSEWHERE]);
    const eventOf = (actortype: string, actorid: string, n: number) => ({
      id: randomUUID(),
      type: "customer.account.updated",
      time: "2026-01-02T03:04:05.000Z",
      subject: ID,
      aggregateversion: n,
      actortype,
      actorid,
      correlationid: requestId,
      data: { changed: ["name"] },
    });
    const events = [other, one, other, one].map((caller, n) => eventOf("user", caller, n));
    const told = [...events, eventOf("system", one, 4)] as unknown as EventOf<EventType>[];
    await system.database.open("identity").transaction((tx) => new AuditConsumer().enter(told, { tx }));
    const entries = await entriesComing(system.database, requestId, told.length);
    expect(entries.map(({ version, address }) => [version, address])).toEqual([
      [0, ELSEWHERE],
      [1, HOME],
      [2, ELSEWHERE],
      [3, HOME],
      [4, null],
    ]);
  });

  it("is forgotten when no event can come of the request any more", async () => {
    const find = async () => [
      await rows("SELECT at FROM identity.request_origin ORDER BY at"),
      await rows("SELECT caller, at FROM identity.usual_address ORDER BY caller"),
    ];
    const before = await find();
    await rows(
      `INSERT INTO identity.request_origin (request_id, address, at)
       SELECT 'old', '10.0.0.1', now() - interval '31 days' FROM generate_series(1, 2500)`,
    );
    await rows(
      `INSERT INTO identity.usual_address (caller, address, at)
       SELECT 'old' || n, '10.0.0.1', now() - interval '33 days' FROM generate_series(1, 2500) AS n`,
    );
    await new AuditRetention(system.database.open("identity")).clear();
    expect(await find()).toEqual(before);
  });
});
