import { eventually } from "@kehu/testing";
import { connect, type AddressInfo, type Socket } from "node:net";
import { Readable } from "node:stream";
import { httpServer } from "./server.ts";
import { allowUpload } from "./uploads.ts";

/** Fifteen seconds of the product, in milliseconds. */
const PATIENCE = 2_000;
/** How late a loaded machine may be with anything. */
const LATE = 5_000;
/** Nothing on the way holds so much. */
const LARGE = 64 * 1024 * 1024;

describe("clients that are slow with a service", () => {
  const fastify = httpServer({ clientPatienceMs: PATIENCE }).getInstance();
  let port: number;
  let asked = 0;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    fastify.get("/small", () => ({ count: ++asked }));
    fastify.get("/held", () => new Promise(() => (asked += 1)));
    fastify.post("/small", () => ({}));
    fastify.post("/upload", { config: { upload: true } }, async ({ raw }, reply) => {
      allowUpload(raw, 3.5 * PATIENCE);
      for await (const _chunk of raw);
      return reply.header("connection", "close").send({});
    });
    fastify.get("/large", () => Buffer.alloc(LARGE, "x"));
    fastify.get("/stream", () => Readable.from(Array<Buffer>(LARGE / 65_536).fill(Buffer.alloc(65_536, "x"))));
    await fastify.listen({ host: "127.0.0.1", port: 0 });
    ({ port } = fastify.server.address() as AddressInfo);
  });
  afterAll(() => {
    sockets.forEach((socket) => socket.destroy());
    fastify.server.closeAllConnections();
    return fastify.close();
  });

  const open = (bytes = "", options: object = {}) => {
    const socket = connect({ port, host: "127.0.0.1", ...options });
    sockets.push(socket);
    socket.on("error", () => undefined);
    if (bytes !== "") socket.write(bytes);
    return socket;
  };
  const request = (line: string, ...headers: string[]) =>
    `${[`${line} HTTP/1.1`, "host: x", ...headers].join("\r\n")}\r\n\r\n`;
  const connections = () => new Promise((resolve) => fastify.server.getConnections((_error, count) => resolve(count)));

  /** How long the server keeps connections, in milliseconds. */
  const keptFor = async (opened: () => Socket): Promise<number> => {
    await eventually(async () => (await connections()) === 0);
    const start = performance.now();
    opened();
    await eventually(async () => (await connections()) === 1);
    await eventually(async () => (await connections()) === 0);
    return performance.now() - start;
  };
  const trickle = (socket: Socket) => {
    const timer = setInterval(() => socket.write("a"), 100);
    socket.once("close", () => clearInterval(timer));
    return socket;
  };

  it("lets an upload come as slowly as its size allows, and no slower", async () => {
    const upload = (length: number) => {
      const socket = open(request("POST /upload", "content-type: multipart/form-data", `content-length: ${length}`));
      let answer = "";
      socket.on("data", (bytes: Buffer) => (answer += bytes.toString()));
      const timer = setInterval(() => socket.write("a"), PATIENCE / 10);
      socket.once("close", () => clearInterval(timer));
      return () => answer;
    };
    const slow = upload(25);
    const tooSlow = upload(500);
    await eventually(() => expect(slow()).toContain("200 OK"), 4 * PATIENCE);
    await eventually(async () => (await connections()) === 0, 4 * PATIENCE);
    expect(tooSlow()).toBe("");
  });

  it.each<[string, () => Socket]>([
    ["send nothing", () => open()],
    ["send headers byte by byte", () => trickle(open("GET /small HTTP/1.1\r\nx: "))],
    [
      "send a body byte by byte",
      () => trickle(open(request("POST /small", "content-type: application/json", "content-length: 9999"))),
    ],
    ["never read one large answer", () => open(request("GET /large")).pause()],
    ["never read a stream", () => open(request("GET /stream")).pause()],
  ])("A43 closes connections that %s", async (_what, opened) => {
    expect(await keptFor(opened)).toBeLessThan(PATIENCE + LATE);
    expect((await fetch(`http://127.0.0.1:${port}/small`, { headers: { connection: "close" } })).status).toBe(200);
  });

  it("A43 closes connections that never read a stream and send on, so that they are not idle", async () => {
    // What Node has buffered, at most two chunks, may be taken at 16 bytes per millisecond.
    const allowed = (PATIENCE * 8) / 15 + (2 * 65_536) / 16;
    const took = await keptFor(() => trickle(open(`${request("GET /stream")}GET /small HTTP/1.1\r\nx: `).pause()));
    expect(took).toBeLessThan(allowed + LATE);
  }, 15_000);

  it("lets who reads at a good rate have it all, however long it takes", async () => {
    let bytes = 0;
    const start = performance.now();
    const socket = open(request("GET /stream", "connection: close"));
    socket.on("data", (chunk) => {
      bytes += chunk.length;
      socket.pause();
      setTimeout(() => socket.resume(), 4);
    });
    await new Promise((resolve) => socket.once("end", resolve));
    expect(bytes).toBeGreaterThan(LARGE);
    expect(performance.now() - start).toBeGreaterThan(PATIENCE);
  }, 60_000);

  it("A43 closes a connection that sends 1,000 requests ahead, after the first few", async () => {
    asked = 0;
    const start = performance.now();
    const socket = open(request("GET /held").repeat(1_000));
    await new Promise((resolve) => socket.once("close", resolve));
    expect(asked).toBeLessThanOrEqual(17);
    expect(performance.now() - start).toBeLessThan(PATIENCE);
  });

  it("answers a few requests that are sent ahead, in their order, again and again", async () => {
    asked = 0;
    let text = "";
    const socket = open();
    socket.on("data", (chunk) => (text += chunk.toString()));
    for (let round = 1; round <= 5; round++) {
      socket.write(request("GET /small").repeat(10));
      await eventually(() => expect(text.match(/"count":\d+/g)).toHaveLength(round * 10));
    }
    const counts = [...text.matchAll(/"count":(\d+)/g)].map(([, count]) => Number(count));
    expect(counts).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });
});
