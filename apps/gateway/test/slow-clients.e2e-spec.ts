import { eventually } from "@kehu/testing";
import { connect, type Socket } from "node:net";
import { System } from "./system.ts";

const ID = "0199c1a0-0000-7000-8000-000000000001";
/** Fifteen seconds of the product, in milliseconds. */
const PATIENCE = 3_000;
/** How late a loaded machine may be with anything. */
const LATE = 2_500;

describe("slow clients of the gateway", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start(undefined, { KEHU_CLIENT_PATIENCE_MS: String(PATIENCE) });
  });
  afterAll(() => system.close());

  const open = (bytes = "") => {
    const socket = connect(system.gateway.port, "127.0.0.1");
    socket.on("error", () => undefined);
    if (bytes !== "") socket.write(bytes);
    return socket;
  };
  const head = (line: string, ...headers: string[]) =>
    [`${line} HTTP/1.1`, "host: x", `authorization: Bearer ${system.token}`, ...headers].join("\r\n");
  const body = (length: number) => ["content-type: application/json", `content-length: ${length}`];
  const trickle = (socket: Socket) => {
    const timer = setInterval(() => socket.write("a"), 250);
    socket.once("close", () => clearInterval(timer));
    return socket.resume();
  };

  const KINDS: readonly (readonly [what: string, count: number, open: () => Socket])[] = [
    ["are open and idle", 100, () => open().resume()],
    ["send headers byte by byte", 100, () => trickle(open(`${head("GET /v1/accounts")}\r\nx: `))],
    [
      "send a small body byte by byte",
      100,
      () => trickle(open(`${head("POST /v1/accounts", ...body(9_999))}\r\n\r\n`)),
    ],
    [
      "send a large body byte by byte",
      50,
      () => trickle(open(`${head("POST /v1/accounts", ...body(99_999))}\r\n\r\n`)),
    ],
    ["send a body to the gateway itself", 50, () => trickle(open(`${head("POST /v1/users", ...body(999))}\r\n\r\n`))],
    ["never read a large answer", 5, () => open(`${head("GET /v1/large")}\r\n\r\n`).pause()],
    ["send 1,000 requests ahead", 5, () => open(`${head(`GET /v1/accounts/${ID}`)}\r\n\r\n`.repeat(1_000)).pause()],
  ];

  /** How long it takes the gateway to answer somebody else, in milliseconds. */
  const answered = async (token: string) => {
    const start = performance.now();
    const { status } = await system.gateway.request("GET", `/v1/accounts/${ID}`, { token });
    expect(status).toBe(200);
    return performance.now() - start;
  };

  it.each(KINDS)(
    "A43 closes connections that %s, and answers others meanwhile",
    async (_what, count, opened) => {
      const { accessToken: other } = await system.user();
      await eventually(async () => (await system.gateway.connections()) < 10);
      const before = await system.gateway.connections();
      const start = performance.now();
      const sockets = Array.from({ length: count }, opened);
      const slowest: number[] = [];
      try {
        await eventually(async () => {
          slowest.push(await answered(other));
          return (await system.gateway.connections()) <= before;
        }, 3 * PATIENCE);
        expect(performance.now() - start).toBeLessThan(PATIENCE + LATE);
        expect(slowest.sort((a, b) => a - b).at(Math.floor(slowest.length * 0.95))).toBeLessThan(LATE);
      } finally {
        sockets.forEach((socket) => socket.destroy());
      }
    },
    30_000,
  );

  it("A43 keeps no place for those who are gone", async () => {
    await eventually(async () => (await system.send("GET", "/v1/accounts")).status === 200);
    expect((await system.gateway.request("GET", "/health/ready")).status).toBe(200);
  });
});
