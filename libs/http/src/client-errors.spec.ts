import { connect, type AddressInfo } from "node:net";
import { httpServer } from "./server.ts";

const GET = "GET /v1/accounts HTTP/1.1\r\n";
const POST = "POST /v1/accounts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";

describe("what never becomes a request", () => {
  const fastify = httpServer().getInstance();
  let port: number;

  beforeAll(async () => {
    fastify.get("/v1/accounts", (_request, reply) => reply.send({ data: [] }));
    fastify.post("/v1/accounts", (_request, reply) => reply.send({}));
    // An answer that has begun while its request's body is still coming.
    fastify.post("/v1/started", { bodyLimit: 1e9 }, () => undefined);
    fastify.addHook("preParsing", (request, reply, _payload, done) => {
      if (request.url !== "/v1/started") return done();
      reply.hijack();
      reply.raw.writeHead(200, { "content-length": 100 }).write("begun");
      request.raw.resume();
    });
    fastify.server.headersTimeout = 300;
    fastify.server.requestTimeout = 600;
    await fastify.listen({ host: "127.0.0.1", port: 0 });
    ({ port } = fastify.server.address() as AddressInfo);
  });
  afterAll(() => {
    fastify.server.closeAllConnections();
    return fastify.close();
  });

  /** What comes back until the server ends the connection; the client never does. */
  const exchange = (...bytes: string[]) =>
    new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => {
        for (const part of bytes) socket.write(part, "latin1");
      });
      socket.on("data", (chunk) => (text += chunk.toString()));
      socket.on("error", reject);
      socket.on("end", () => (socket.destroy(), resolve(text)));
    });
  const problemIn = (answer: string) => {
    const [head = "", body = ""] = answer.split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 \d{3} [A-Z]/);
    expect(head.toLowerCase()).toContain("\r\ncontent-type: application/problem+json; charset=utf-8");
    expect(head.toLowerCase()).toContain("\r\nconnection: close");
    const length = /\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (length) expect(Buffer.byteLength(body)).toBe(Number(length));
    const text = length ? body : body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1);
    const problem = JSON.parse(text) as Record<string, unknown>;
    expect(problem).toMatchObject({
      type: `urn:kehu:problem:${String(problem["code"])}`,
      title: expect.not.stringMatching(/^Internal/) as string,
      status: Number(head.slice(9, 12)),
      detail: expect.any(String) as string,
      traceId: expect.any(String) as string,
    });
    return [problem["status"], problem["code"]];
  };

  afterEach(async () => {
    expect(await exchange(`${GET}host: x\r\nconnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 200 OK[^]*{"data":\[\]}$/,
    );
  });

  it.each<[string, number, string, string]>([
    ["no HTTP at all", 400, "request.malformed", "nonsense\r\n\r\n"],
    ["a handshake of TLS", 400, "request.malformed", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    ["a method that there is not", 400, "request.malformed", "BREW /v1/accounts HTTP/1.1\r\nhost: x\r\n\r\n"],
    ["a version that there is not", 400, "request.malformed", "GET /v1/accounts HTTP/9.9\r\nhost: x\r\n\r\n"],
    ["the preface of HTTP/2", 400, "request.malformed", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["a header without a colon", 400, "request.malformed", `${GET}host: x\r\nbad header\r\n\r\n`],
    ["a chunk size that is no number", 400, "request.malformed", `${POST}transfer-encoding: chunked\r\n\r\nzz\r\n`],
    ["no Host", 400, "request.malformed", `${GET}\r\n`],
    [
      "a path that cannot be decoded",
      400,
      "path.malformed",
      "GET /%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    ],
    ["CONNECT", 405, "method.not-allowed", "CONNECT kehu.example:443 HTTP/1.1\r\nhost: x\r\n\r\n"],
    ["an expectation", 417, "request.unsupported-expectation", `${GET}host: x\r\nexpect: wonders\r\n\r\n`],
    ["headers of 20 KB", 431, "request.too-large", `${GET}host: x\r\nx: ${"a".repeat(20_000)}\r\n\r\n`],
    ["an address of 64 KB", 431, "request.too-large", `GET /?${"a".repeat(65_536)} HTTP/1.1\r\nhost: x\r\n\r\n`],
    ["headers that do not come", 408, "request.timeout", `${GET}host: x\r\n`],
    ["a body that does not come", 408, "request.timeout", `${POST}content-length: 10\r\n\r\n{`],
  ])("%s: %s %s", async (_what, status, code, bytes) => {
    expect(problemIn(await exchange(bytes))).toEqual([status, code]);
  });

  it("refuses a huge chunk extension with 413", async () => {
    const bytes = `${POST}transfer-encoding: chunked\r\n\r\n2;${"a".repeat(70_000)}\r\n{}\r\n0\r\n\r\n`;
    expect(problemIn(await exchange(bytes))).toEqual([413, "request.too-large"]);
  });

  it("lets a client read the answer who sends 8 MB more", async () => {
    const bytes = `GET /?${"a".repeat(8_000_000)} HTTP/1.1\r\nhost: x\r\n\r\n`;
    expect(problemIn(await exchange(bytes))).toEqual([431, "request.too-large"]);
  });

  it("takes HTTP/1.0 without a Host", async () => {
    expect(await exchange("GET /v1/accounts HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200/);
  });

  it("answers the request before the malformed one whole, and nothing behind it", async () => {
    const text = await exchange(`${GET}host: x\r\n\r\nnonsense\r\n\r\n${GET}host: x\r\n\r\n`);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200"]);
    expect(text).toMatch(/{"data":\[\]}$/);
  });

  it("puts no second answer into one that has begun", async () => {
    const bytes = "POST /v1/started HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    const text = await exchange(`${bytes}transfer-encoding: chunked\r\n\r\nzz\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 200 [^]*begun$/);
  });
});
