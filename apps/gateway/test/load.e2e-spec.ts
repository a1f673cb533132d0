import { eventually, newSecret } from "@kehu/testing";
import { connect } from "node:net";
import { System } from "./system.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

const ID = "0199c1a0-0000-7000-8000-000000000001";
const OF_SERVICE = 8;
const OF_CALLER = 6;
const IN_WHOLE = 12;

describe("more requests than can be answered", () => {
  let system: System;
  let sales: Upstream;
  let second: string;
  let third: string;

  beforeAll(async () => {
    system = await System.start(
      async () => {
        sales = await startUpstream("sales", newSecret());
        sales.document = { paths: { "/v1/opportunities": { get: { "x-permission": "sales.opportunity.read" } } } };
        return [sales];
      },
      {
        KEHU_IN_FLIGHT: String(IN_WHOLE),
        KEHU_IN_FLIGHT_SERVICE: String(OF_SERVICE),
        KEHU_IN_FLIGHT_CALLER: String(OF_CALLER),
      },
    );
    const administrator = ["01980000-0000-7000-8000-000000000001"];
    second = (await system.user(administrator)).accessToken;
    third = (await system.user(administrator)).accessToken;
  });
  afterAll(async () => {
    await system.close();
    await sales.close();
  });

  const get = (path: string, token = third) => system.gateway.request("GET", path, { token });

  /** Requests that a service does not answer yet. */
  const hold = async (count: number, token: string) => {
    const before = system.customer.arrivals.length;
    const answers = Array.from({ length: count }, () => get("/v1/held", token));
    await eventually(() => system.customer.arrivals.length === before + count);
    return answers;
  };

  const release = async (answers: readonly ReturnType<typeof get>[]) => {
    system.customer.events.emit("release");
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(answers.map(() => 200));
  };

  /** What is refused at once is not late. */
  const atOnce = async <R>(work: () => Promise<R>): Promise<R> => {
    const start = performance.now();
    const result = await work();
    expect(performance.now() - start).toBeLessThan(2_000);
    return result;
  };

  it("A42 answers 503 at once where a service is held up, to others as before, and to all when it goes on", async () => {
    const held = [...(await hold(OF_CALLER, system.token)), ...(await hold(OF_SERVICE - OF_CALLER, second))];
    const before = system.customer.arrivals.length;
    const answers = await atOnce(() => Promise.all(Array.from({ length: 100 }, () => get(`/v1/accounts/${ID}`))));
    for (const { status, headers, body } of answers) {
      expect([status, body.code, headers.get("retry-after")]).toEqual([503, "overloaded", "1"]);
      expect(headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
    }
    expect(system.customer.arrivals).toHaveLength(before);
    // The other service, the gateway's own routes, what the gateway asks the service itself, and health.
    expect((await get("/v1/opportunities")).body).toMatchObject({ code: "not-found" });
    expect((await get("/v1/me")).status).toBe(200);
    const freshness = await get("/v1/freshness");
    expect(freshness.body).toMatchObject({
      services: expect.arrayContaining([expect.objectContaining({ lag: 0 })]) as [],
    });
    expect((await system.gateway.request("GET", "/health/ready")).status).toBe(200);

    await release(held);
    expect((await get(`/v1/accounts/${ID}`)).status).toBe(200);
  });

  it("A42 lets nobody take a service for himself alone", async () => {
    const held = await hold(OF_CALLER, system.token);
    const more = await atOnce(() => get(`/v1/accounts/${ID}`, system.token));
    expect([more.status, more.body.code, more.headers.get("retry-after")]).toEqual([429, "rate.concurrent", "1"]);
    expect((await get(`/v1/accounts/${ID}`, second)).status).toBe(200);
    await release(held);
    expect((await get(`/v1/accounts/${ID}`, system.token)).status).toBe(200);
  });

  it("A42 bounds what is under way in whole, before it asks who calls, and answers health", async () => {
    const held = [...(await hold(OF_SERVICE / 2, system.token)), ...(await hold(OF_SERVICE / 2, second))];
    let locked: ReturnType<typeof get>[] = [];
    await system.whileLocked("LOCK TABLE identity.settings", async (waiting) => {
      locked = Array.from({ length: IN_WHOLE - OF_SERVICE }, () => get("/v1/settings"));
      await eventually(async () => (await waiting("%settings%")) === IN_WHOLE - OF_SERVICE);
      for (const token of [system.token, second, third, "nobody"]) {
        const answer = await atOnce(() => get("/v1/me", token));
        expect(answer).toMatchObject({ status: 503, body: { code: "overloaded" } });
      }
      for (const path of ["/health/live", "/health/ready"]) {
        expect((await system.gateway.request("GET", path)).status).toBe(200);
      }
    });
    expect((await Promise.all(locked)).map(({ status }) => status)).toEqual(locked.map(() => 200));
    expect((await get("/v1/me")).status).toBe(200);
    await release(held);
  });

  it("A42 counts nobody who has gone, pipelined or not", async () => {
    const line = `GET /v1/held HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${system.token}\r\n\r\n`;
    for (let round = 0; round < 3; round++) {
      const before = system.customer.arrivals.length;
      const socket = connect(system.gateway.port, "127.0.0.1");
      socket.write(line.repeat(OF_CALLER));
      await eventually(() => system.customer.arrivals.length === before + OF_CALLER);
      expect((await get(`/v1/accounts/${ID}`, system.token)).status).toBe(429);
      socket.destroy();
      await eventually(async () => (await get(`/v1/accounts/${ID}`, system.token)).status === 200);
    }
    const held = [...(await hold(OF_CALLER, system.token)), ...(await hold(OF_SERVICE - OF_CALLER, second))];
    await release(held);
  });
});
