import { testDatabase, type TestDatabase } from "@kehu/testing";
import { configure, newSecret, startGateway, type Gateway } from "./gateway.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

const ID = "0199c1a0-0000-7000-8000-000000000001";

describe("the edge", () => {
  let database: TestDatabase;
  let customer: Upstream;
  let gateway: Gateway;
  let token: string;

  beforeAll(async () => {
    database = await testDatabase("identity");
    customer = await startUpstream("customer", newSecret());
    gateway = await startGateway(configure(database, [customer]));
    ({ accessToken: token } = await gateway.login());
  });

  afterAll(async () => {
    await gateway?.close();
    await customer?.close();
    await database?.close();
  });

  /** Sends a request line and headers as they are; `connection: close`, so that the answer ends. */
  const raw = async (line: string, headers: readonly string[] = [], body = "") => {
    const head = [line, "host: kehu.example", `authorization: Bearer ${token}`, ...headers].join("\r\n");
    const text = await gateway.raw(
      `${head}\r\n${/^connection:/im.test(head) ? "" : "connection: close\r\n"}\r\n${body}`,
    );
    return {
      text,
      status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]),
      answers: text.match(/HTTP\/1\.1 \d{3} /g)?.length ?? 0,
    };
  };
  const arrivalsOf = async (work: () => Promise<unknown>) => {
    const before = customer.arrivals.length;
    await work();
    return customer.arrivals.slice(before);
  };

  describe("A12 identity headers", () => {
    it.each([
      ["x-user-id", ["x-user-id: admin"]],
      ["X_User_Id", ["X_User_Id: admin"]],
      ["x-user-id twice", ["x-user-id: admin", "x-user-id: root"]],
      [
        "a forged internal token beside the real one",
        ["x-internal-token: ey", "x-kehu-grants: all", "x-forwarded-user: admin", "forwarded: for=1.1.1.1"],
      ],
      ["Connection that names them", ["x-user-id: admin", "connection: x-user-id, x-scope, close"]],
      ["Connection that names authorization", ["connection: authorization, x-request-id, close"]],
      ["Connection that names content headers", ["connection: accept, content-type, close"]],
    ])("A12 %s: dropped, and the request carries the caller", async (_name, headers) => {
      const [arrival, ...more] = await arrivalsOf(async () =>
        expect((await raw("GET /v1/accounts HTTP/1.1", headers)).status).toBe(200),
      );
      expect(more).toEqual([]);
      expect(arrival!.who).toMatchObject({ actorType: "user", grants: { "customer.account.read": "all" } });
      const names = Object.keys(arrival!.headers).sort();
      expect(
        names.filter((name) => !["accept", "authorization", "connection", "host", "x-request-id"].includes(name)),
      ).toEqual([]);
      expect(arrival!.headers.authorization).not.toContain(token);
    });

    it("A12 a value of 64 KB is refused", async () => {
      const arrived = await arrivalsOf(async () => {
        expect((await raw("GET /v1/accounts HTTP/1.1", [`x-user-id: ${"a".repeat(65_536)}`])).status).toBe(431);
      });
      expect(arrived).toEqual([]);
    });

    it("A12 a header that Connection names is dropped with it", async () => {
      const [arrival] = await arrivalsOf(() =>
        raw("GET /v1/accounts HTTP/1.1", ['if-match: "3"', "connection: if-match, close"]),
      );
      expect(arrival!.headers).not.toHaveProperty("if-match");
    });
  });

  describe("A14 path canonicalisation", () => {
    it.each([
      "/v1//accounts",
      "/v1/accounts/",
      "/V1/accounts",
      "/v1/Accounts",
      "/v1/%61ccounts",
      "/v1/x/..%2faccounts",
      "/v1/x/../accounts",
      "/v1/./accounts",
      "/v1/accounts;a=b",
      "/v1/accounts%00",
      `/v1/accounts%2f${ID}`,
      "/v1/accounts\\x",
      "/v1\\accounts",
      "//evil/accounts",
      "/v1/accounts/%",
      "http://evil.example/v1/accounts",
      "*",
      "/v1/auth/login/",
      "/V1/me",
      "/v1/%6de",
      "/internal/openapi.json",
    ])("A14 GET %s reaches no handler", async (target) => {
      const arrived = await arrivalsOf(async () => {
        const { status, text } = await raw(`GET ${target} HTTP/1.1`);
        expect([400, 404, 405]).toContain(status);
        expect(text).toContain("application/problem+json");
      });
      expect(arrived).toEqual([]);
    });

    it.each([
      ["TRACE", [404, 405]],
      ["OPTIONS", [404, 405]],
      ["CONNECT", [400, 404, 405]],
      ["PROPFIND", [404, 405]],
      ["FOO", [400]],
    ])("A14 %s reaches no handler", async (method, statuses) => {
      const arrived = await arrivalsOf(async () => {
        const { status, answers } = await raw(`${method} /v1/accounts HTTP/1.1`);
        expect(answers === 0 || statuses.includes(status)).toBe(true);
      });
      expect(arrived).toEqual([]);
    });

    it("A14 HEAD has the decision of GET", async () => {
      expect((await raw("HEAD /v1/accounts HTTP/1.1")).status).toBe(200);
      expect((await gateway.request("HEAD", "/v1/accounts")).status).toBe(401);
    });

    it("A14 X-HTTP-Method-Override and _method change nothing", async () => {
      const [first, second] = await arrivalsOf(async () => {
        await raw(`GET /v1/accounts/${ID} HTTP/1.1`, ["x-http-method-override: DELETE", "x-method-override: DELETE"]);
        await raw(`GET /v1/accounts/${ID}?_method=DELETE HTTP/1.1`);
      });
      expect([first!.method, second!.method]).toEqual(["GET", "GET"]);
    });
  });

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
      const arrived = await arrivalsOf(async () => {
        const { text, answers } = await raw("POST /v1/accounts HTTP/1.1", [...headers, "connection: keep-alive"], body);
        expect(answers).toBeLessThanOrEqual(1);
        if (answers > 0) expect(text).toMatch(/^HTTP\/1\.1 (400|413|431)/);
      });
      expect(arrived).toEqual([]);
    });

    it("A15 a request line of 64 KB, and 5,000 headers", async () => {
      const arrived = await arrivalsOf(async () => {
        expect([414, 431]).toContain((await raw(`GET /v1/accounts?${"a".repeat(65_536)} HTTP/1.1`)).status);
        expect((await raw(`GET /v1/accounts?${"a".repeat(10_000)} HTTP/1.1`)).status).toBe(414);
        const many = Array.from({ length: 5_000 }, (_, i) => `x-h${i}: 1`);
        expect((await raw("GET /v1/accounts HTTP/1.1", many)).status).toBe(431);
      });
      expect(arrived).toEqual([]);
    });

    it("A15 a body with GET or DELETE is refused, so that nothing behind it is read as a request", async () => {
      const arrived = await arrivalsOf(async () => {
        for (const method of ["GET", "DELETE"]) {
          const { status, answers } = await raw(
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
      const one = `GET /v1/own HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`;
      const last = "GET /v1/own HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
      const text = await gateway.raw(one + one + last);
      expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 401"]);
    });
  });

  describe("bodies of the gateway's own routes", () => {
    const login = (body: string | Buffer, headers: Record<string, string> = {}) =>
      fetch(`${gateway.url}/v1/auth/login`, {
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
      const { status, text } = await raw(`GET ${path} HTTP/1.1`);
      expect([400, 404]).toContain(status);
      expect(text).toContain("application/problem+json");
    });

    it("A46 problems carry a code and a trace id, and no stack, version or host", async () => {
      for (const answer of [
        await gateway.request("GET", "/v1/accounts"),
        await gateway.request("GET", "/v1/nothing"),
        await gateway.request("GET", "/v1/users/no-id", { token }),
        await gateway.request("GET", "/v1/users?filter[nothing]=1", { token }),
      ]) {
        expect(answer.headers.get("x-powered-by")).toBeNull();
        expect(answer.headers.get("server")).toBeNull();
        expect(answer.body).toMatchObject({
          code: expect.any(String),
          traceId: expect.any(String),
          status: answer.status,
        });
        expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts\b|127\.0\.0\.1|SELECT|fastify|nest/i);
      }
    });

    it("A46 /health and /docs name no host and no version", async () => {
      const ready = await gateway.request("GET", "/health/ready");
      expect(ready.body).toEqual({ status: "ok", services: [{ service: "customer", status: "up" }] });
      expect((await gateway.request("GET", "/health/live")).body).toEqual({ status: "ok" });
    });
  });
});
