import { eventually } from "@kehu/testing";
import { createServer, get, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import type { Config } from "../gateway-config.ts";
import { Load } from "./load.ts";

/** Lets nothing else run; then what is due runs. */
async function block(ms: number): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end;);
  for (let turn = 0; turn < 3; turn++) await setImmediate();
}

describe("Load", () => {
  const load = new Load({ inFlight: 1_000, inFlightPerService: 1_000, inFlightPerCaller: 1_000 } as Config);
  const held: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    load.enter("customer", "somebody", response);
    held.push(response);
  });
  let port: number;

  beforeAll(async () => {
    load.onModuleInit();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    load.onModuleDestroy();
    server.closeAllConnections();
    server.close();
  });

  const isRefused = () => {
    try {
      load.check();
      return false;
    } catch (error) {
      expect(error).toMatchObject({ status: 503, code: "overloaded", members: { retryAfter: 1 } });
      return true;
    }
  };
  const hold = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const request = get({ port, host: "127.0.0.1", agent: false }, (response) => response.resume());
      request.on("error", () => undefined); // at the end all are hung up on
    }
    await eventually(() => held.length === count);
  };

  it("counts nobody who has gone before he could be counted", async () => {
    const one = new Load({ inFlight: 1, inFlightPerService: 1, inFlightPerCaller: 1 } as Config);
    const gone = await new Promise<ServerResponse>((resolve) => {
      server.once("request", (_request, response: ServerResponse) => response.once("close", () => resolve(response)));
      const request = get({ port, host: "127.0.0.1", agent: false }).on("error", () => undefined);
      void eventually(() => held.length === 1).then(() => request.destroy());
    });
    for (let i = 0; i < 3; i++) expect(() => one.enter("customer", "somebody", gone)).toThrow("The client has gone.");
    held.length = 0;
  });

  it("A42 refuses while this process is late with everything and many requests are under way, and then no longer", async () => {
    await block(1_100);
    await block(1_100);
    expect(isRefused()).toBe(false); // nothing is under way that could be the cause
    await hold(64);
    await block(1_100);
    await block(1_100);
    expect(isRefused()).toBe(true);
    await eventually(() => !isRefused());
    held.forEach((response) => response.end());
  });
});
