import { arrivalsOf, raw } from "./raw.ts";
import { System } from "./system.ts";

const ID = "0199c1a0-0000-7000-8000-000000000001";

describe("paths and headers at the edge", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.close());

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
      const [arrival, ...more] = await arrivalsOf(system, async () =>
        expect((await raw(system, "GET /v1/accounts HTTP/1.1", headers)).status).toBe(200),
      );
      expect(more).toEqual([]);
      expect(arrival!.who).toMatchObject({ actorType: "user", grants: { "customer.account.read": "all" } });
      const names = Object.keys(arrival!.headers).sort();
      expect(
        names.filter((name) => !["accept", "authorization", "connection", "host", "x-request-id"].includes(name)),
      ).toEqual([]);
      expect(arrival!.headers.authorization).not.toContain(system.token);
    });

    it("A12 a value of 64 KB is refused", async () => {
      const arrived = await arrivalsOf(system, async () => {
        expect((await raw(system, "GET /v1/accounts HTTP/1.1", [`x-user-id: ${"a".repeat(65_536)}`])).status).toBe(431);
      });
      expect(arrived).toEqual([]);
    });

    it("A12 a header that Connection names is dropped with it", async () => {
      const [arrival] = await arrivalsOf(system, () =>
        raw(system, "GET /v1/accounts HTTP/1.1", ['if-match: "3"', "connection: if-match, close"]),
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
      const arrived = await arrivalsOf(system, async () => {
        const { status, text } = await raw(system, `GET ${target} HTTP/1.1`);
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
      const arrived = await arrivalsOf(system, async () => {
        const { status, answers } = await raw(system, `${method} /v1/accounts HTTP/1.1`);
        expect(answers === 0 || statuses.includes(status)).toBe(true);
      });
      expect(arrived).toEqual([]);
    });

    it("A14 HEAD has the decision of GET", async () => {
      expect((await raw(system, "HEAD /v1/accounts HTTP/1.1")).status).toBe(200);
      expect((await system.gateway.request("HEAD", "/v1/accounts")).status).toBe(401);
    });

    it("A14 X-HTTP-Method-Override and _method change nothing", async () => {
      const [first, second] = await arrivalsOf(system, async () => {
        await raw(system, `GET /v1/accounts/${ID} HTTP/1.1`, [
          "x-http-method-override: DELETE",
          "x-method-override: DELETE",
        ]);
        await raw(system, `GET /v1/accounts/${ID}?_method=DELETE HTTP/1.1`);
      });
      expect([first!.method, second!.method]).toEqual(["GET", "GET"]);
    });
  });
});
