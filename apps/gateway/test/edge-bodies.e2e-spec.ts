import { arrivalsOf, raw } from "./raw.ts";
import { System } from "./system.ts";

const ID = "0199c1a0-0000-7000-8000-000000000001";

describe("bodies at the edge", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.close());

  describe("A15 smuggling", () => {
    const second = "GET /v1/own HTTP/1.1\r\nhost: x\r\n\r\n";
    const json = "content-type: application/json";
    it.each<[string, string[], string]>([
      [
        "Content-Length and Transfer-Encoding",
        [json, "content-length: 2", "transfer-encoding: chunked"],
        `0\r\n\r\n${second}`,
      ],
      ["Transfer-Encoding: xchunked", [json, "transfer-encoding: xchunked"], `0\r\n\r\n${second}`],
      [
        "Transfer-Encoding twice",
        [json, "transfer-encoding: chunked", "transfer-encoding: identity"],
        `0\r\n\r\n${second}`,
      ],
      ["two Content-Lengths", [json, "content-length: 2", "content-length: 40"], `{}${second}`],
      ["Content-Length: +5", [json, "content-length: +5"], `{}   ${second}`],
      ["Content-Length: 0x2", [json, "content-length: 0x2"], `{}${second}`],
      ["obs-fold", [json, "x-a: b\r\n content-length: 3"], second],
      ["a space before the colon", [json, "content-length : 2"], `{}${second}`],
      ["a bare LF", [`${json}\ncontent-length: 2`], `{}${second}`],
      ["a bare CR", [`${json}\rcontent-length: 2`], `{}${second}`],
      ["a chunk size that is no number", [json, "transfer-encoding: chunked"], `zz\r\n{}\r\n0\r\n\r\n${second}`],
      [
        "a huge chunk extension",
        [json, "transfer-encoding: chunked"],
        `2;${"a".repeat(70_000)}\r\n{}\r\n0\r\n\r\n${second}`,
      ],
    ])("A15 %s: refused, and the service sees nothing", async (_name, headers, body) => {
      const arrived = await arrivalsOf(system, async () => {
        const { text, answers } = await raw(
          system,
          "POST /v1/accounts HTTP/1.1",
          [...headers, "connection: keep-alive"],
          body,
        );
        expect(answers).toBeLessThanOrEqual(1);
        if (answers > 0) expect(text).toMatch(/^HTTP\/1\.1 (400|413|431)[^]*application\/problem\+json/);
      });
      expect(arrived).toEqual([]);
    });

    it("A15 a request line of 64 KB, and 5,000 headers", async () => {
      const arrived = await arrivalsOf(system, async () => {
        const many = Array.from({ length: 5_000 }, (_, i) => `x-h${i}: 1`);
        for (const [line, headers, status] of [
          [`GET /v1/accounts?${"a".repeat(65_536)} HTTP/1.1`, [], 431],
          [`GET /v1/accounts?${"a".repeat(10_000)} HTTP/1.1`, [], 414],
          ["GET /v1/accounts HTTP/1.1", many, 431],
        ] as const) {
          const answer = await raw(system, line, headers);
          expect(answer).toMatchObject({ status, answers: 1 });
          expect(answer.text).toMatch(/application\/problem\+json[^]*"code":"request\.too-large"/);
        }
      });
      expect(arrived).toEqual([]);
    });

    it.each([
      ["nonsense", 400],
      ["GET /v1/accounts HTTP/1.1\r\nx: 1", 400],
      ["GET /v1/accounts HTTP/1.1\r\nhost: x\r\nexpect: wonders", 417],
      ["GET http://kehu.example/v1/accounts HTTP/1.1\r\nhost: x", 400],
      ["CONNECT kehu.example:443 HTTP/1.1\r\nhost: x", 405],
      ["OPTIONS * HTTP/1.1\r\nhost: x", 400],
      ["TRACE /v1/accounts HTTP/1.1\r\nhost: x", 404],
      ["PROPFIND /v1/accounts HTTP/1.1\r\nhost: x", 404],
    ])("A15 %j is a problem like any other", async (head, status) => {
      const arrived = await arrivalsOf(system, async () => {
        const text = await system.gateway.raw(`${head}\r\nconnection: close\r\n\r\n`);
        expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
        expect(text).toMatch(/application\/problem\+json[^]*"code":"[\w.-]+"[^]*"traceId":/);
      });
      expect(arrived).toEqual([]);
    });

    it("A15 a body with GET or DELETE is refused, so that nothing behind it is read as a request", async () => {
      const arrived = await arrivalsOf(system, async () => {
        for (const method of ["GET", "DELETE"]) {
          const { status, answers } = await raw(
            system,
            `${method} /v1/accounts/${ID} HTTP/1.1`,
            [json, `content-length: ${second.length}`],
            second,
          );
          expect({ status, answers }).toEqual({ status: 400, answers: 1 });
        }
      });
      expect(arrived).toEqual([]);
    });

    it("A15 pipelined requests are answered one by one, each with its own decision", async () => {
      const one = `GET /v1/own HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${system.token}\r\n\r\n`;
      const last = "GET /v1/own HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
      const text = await system.gateway.raw(one + one + last);
      expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 401"]);
    });
  });

  describe("bodies of the gateway's own routes", () => {
    const login = (body: string | Buffer, headers: Record<string, string> = {}) =>
      fetch(`${system.gateway.url}/v1/auth/login`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body,
      });
    const nested = (depth: number) => `{"email":${"[".repeat(depth)}${"]".repeat(depth)}}`;

    it.each<[string, string | Buffer, Record<string, string>, number]>([
      ["A26 20,000 levels", nested(20_000), {}, 400],
      ["A26 33 levels", nested(33), {}, 400],
      ["A26 a list of a million elements", `[${"0,".repeat(1_000_000)}0]`, {}, 413],
      ["A26 10,000 keys", `{${Array.from({ length: 10_000 }, (_, i) => `"k${i}":1`).join(",")}}`, {}, 400],
      ["A26 2 MB", `{"email":"${"x".repeat(2_000_000)}"}`, {}, 413],
      ["A26 a packed body", Buffer.from([31, 139, 8, 0]), { "content-encoding": "gzip" }, 415],
      ["A26 multipart", "--x--", { "content-type": "multipart/form-data; boundary=x" }, 415],
      ["A26 a form", "email=a&password=b", { "content-type": "application/x-www-form-urlencoded" }, 415],
      ["A27 __proto__", '{"__proto__":{"x":1},"email":"a","password":"b"}', {}, 400],
      ["A27 constructor.prototype", '{"constructor":{"prototype":{"x":1}},"email":"a","password":"b"}', {}, 400],
      ["A25 NUL", '{"email":"a\\u0000","password":"b"}', {}, 400],
      ["A25 half a surrogate pair", '{"email":"a\\ud800","password":"b"}', {}, 400],
      ["A25 no JSON", "{email", {}, 400],
      ["A25 an empty body", "", {}, 422],
    ])("%s", async (_name, body, headers, status) => {
      const answer = await login(body, headers);
      expect(answer.status).toBe(status);
      expect(answer.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
      expect(({} as { x?: unknown }).x).toBeUndefined();
    });
  });

  describe("A46 what strangers learn", () => {
    it.each([
      "/metrics",
      "/debug",
      "/v1",
      "/",
      "/main.js.map",
      "/.env",
      "/health",
      "/docs/../package.json",
      "/docs/package.json",
    ])("A46 %s is not there", async (path) => {
      const { status, text } = await raw(system, `GET ${path} HTTP/1.1`);
      expect([400, 404]).toContain(status);
      expect(text).toContain("application/problem+json");
    });

    it("A46 problems carry a code and a trace id, and no stack, version or host", async () => {
      for (const answer of [
        await system.gateway.request("GET", "/v1/accounts"),
        await system.gateway.request("GET", "/v1/nothing"),
        await system.gateway.request("GET", "/v1/users/no-id", { token: system.token }),
        await system.gateway.request("GET", "/v1/users?filter[nothing]=1", { token: system.token }),
      ]) {
        expect(answer.headers.get("x-powered-by")).toBeNull();
        expect(answer.headers.get("server")).toBeNull();
        expect(answer.body).toMatchObject({
          code: expect.any(String) as string,
          traceId: expect.any(String) as string,
          status: answer.status,
        });
        expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts\b|127\.0\.0\.1|SELECT|fastify|nest/i);
      }
    });

    it("A46 /health and /docs name no host and no version", async () => {
      const ready = await system.gateway.request("GET", "/health/ready");
      expect(ready.body).toEqual({ status: "ok", services: [{ service: "customer", status: "up" }] });
      expect((await system.gateway.request("GET", "/health/live")).body).toEqual({ status: "ok" });
    });
  });
});
