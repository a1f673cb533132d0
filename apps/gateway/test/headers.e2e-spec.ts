import { eventually } from "@kehu/testing";
import { System } from "./system.ts";

const ID = "0199c1a0-0000-7000-8000-000000000001";
const JSON_BODY = "content-type: application/json";

const LOGIN = '{"email":"nobody@kehu.example","password":"nothing of the kind"}';

const API = {
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

interface Sent {
  status: number;
  headers: Record<string, string>;
}

describe("headers of answers", () => {
  let system: System;

  beforeAll(async () => {
    const environment = { KEHU_RATE_LIMIT_API_KEY: "1", KEHU_CORS_ORIGINS: "https://crm.example" };
    system = await System.start(undefined, environment);
  });
  afterAll(() => system.close());

  /** Sends lines as they are; every header of the answer stands in it once. */
  const ask = async (line: string, headers: readonly string[] = [], body = ""): Promise<Sent> => {
    const head = [`${line} HTTP/1.1`, "host: kehu.example", "connection: close", ...headers].join("\r\n");
    return read(await system.gateway.raw(`${head}\r\n\r\n${body}`));
  };
  const read = (text: string): Sent => {
    const lines = text.split("\r\n\r\n", 1)[0]!.split("\r\n").slice(1);
    const pairs = lines.map((one) => [one.slice(0, one.indexOf(":")).toLowerCase(), one.slice(one.indexOf(":") + 2)]);
    const names = pairs.map(([name]) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at && name !== "vary")).toEqual([]);
    return { status: Number(text.slice(9, 12)), headers: Object.fromEntries(pairs) as Record<string, string> };
  };
  const signedIn = () => `authorization: Bearer ${system.token}`;
  const get = (path: string) => ask(`GET ${path}`, [signedIn()]);
  const aRefusedKey = async () => {
    const body = { name: "refused", grants: { "customer.account.read": "all" } };
    const { key } = (await system.send<{ key: string }>("POST", "/v1/api-keys", body)).body;
    return eventually(async () => {
      const answer = await ask("GET /v1/accounts", [`authorization: Bearer ${key}`]);
      expect(answer.status).toBe(429);
      return answer;
    });
  };

  it.each<[number, string, () => Promise<Sent>]>([
    [200, "a record of a service", () => get(`/v1/accounts/${ID}`)],
    [204, "a record of a service deleted", () => ask(`DELETE /v1/accounts/${ID}`, [signedIn()])],
    [404, "absence, of a service", () => get(`/v1/tasks/${ID}`)],
    [
      403,
      "a refusal of a service",
      () => ask(`PATCH /v1/tasks/${ID}`, [signedIn(), JSON_BODY, "content-length: 2"], "{}"),
    ],
    [503, "a service that hangs up", () => get("/v1/broken")],
    [401, "nobody, at a service", () => ask("GET /v1/accounts")],
    [404, "no such path", () => get("/v1/nothing")],
    [405, "another method", () => ask("PUT /v1/accounts", [signedIn()])],
    [
      415,
      "another type",
      () => ask("POST /v1/accounts", [signedIn(), "content-type: text/plain", "content-length: 2"], "{}"),
    ],
    [429, "too much", aRefusedKey],
    [414, "a long query", () => get(`/v1/accounts?${"a".repeat(10_000)}`)],
    [200, "what the gateway has itself", () => get("/v1/me")],
    [200, "a list of the gateway", () => get("/v1/users")],
    [404, "absence, of the gateway", () => get(`/v1/users/${ID}`)],
    [401, "nobody, at the gateway", () => ask("GET /v1/me")],
    [401, "a failed login", () => ask("POST /v1/auth/login", [JSON_BODY, `content-length: ${LOGIN.length}`], LOGIN)],
    [400, "no JSON", () => ask("POST /v1/auth/login", [JSON_BODY, "content-length: 1"], "{")],
  ])("%d, %s: forbids pages and sniffing, tells no address on, and is not kept", async (status, _what, request) => {
    const answer = await request();
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({ ...API, "cache-control": "no-store" });
  });

  it.each<[number, string, () => Promise<Sent>]>([
    [200, "health", () => ask("GET /health/live")],
    [200, "the document", () => ask("GET /openapi.json")],
    [200, "keys", () => ask("GET /.well-known/jwks.json")],
    [404, "a path beside the API", () => ask("GET /nothing")],
    [400, "a path that is none", () => ask("GET /%2e%2e/x")],
    [400, "a path that cannot be decoded", () => ask("GET /%zz")],
    [404, "a method that nothing takes", () => ask("PROPFIND /v1/accounts")],
    [
      204,
      "a preflight",
      () => ask("OPTIONS /v1/accounts", ["origin: https://crm.example", "access-control-request-method: GET"]),
    ],
    [400, "no HTTP", async () => read(await system.gateway.raw("nonsense\r\n\r\n"))],
    [400, "no Host", async () => read(await system.gateway.raw("GET /v1/me HTTP/1.1\r\nconnection: close\r\n\r\n"))],
    [431, "large headers", () => ask("GET /v1/me", [`x: ${"a".repeat(20_000)}`])],
    [417, "an expectation", () => ask("GET /v1/me", ["expect: wonders"])],
    [405, "CONNECT", async () => read(await system.gateway.raw("CONNECT a.example:443 HTTP/1.1\r\nhost: x\r\n\r\n"))],
  ])("%d, %s: forbids pages and sniffing, and tells no address on", async (status, _what, request) => {
    const answer = await request();
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject(API);
  });

  it("lets the page of the API load its own files, and nothing else", async () => {
    const page = await system.gateway.request<string>("GET", "/docs");
    const policy = page.headers.get("content-security-policy")!;
    const allowed = Object.fromEntries(policy.split(";").map((one) => [one.split(" ")[0], one.split(" ").slice(1)]));
    expect(allowed).toMatchObject({
      "default-src": ["'self'"],
      "script-src": ["'self'"],
      "base-uri": ["'none'"],
      "frame-ancestors": ["'none'"],
      "object-src": ["'none'"],
    });
    const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    expect(files).toHaveLength(4);
    expect(page.body).not.toMatch(/<script>|<style|style=| on\w+=/); // nothing in it that the policy forbids
    for (const path of ["/docs", ...files]) {
      const { status, headers } = await ask(`GET ${path}`);
      expect([path, status]).toEqual([path, 200]);
      const { "content-security-policy": _own, ...same } = API;
      expect(headers).toMatchObject(same);
    }
  });

  it("shows what each operation costs in the document", async () => {
    const { body } = await system.gateway.request<{ paths: Record<string, Record<string, object>> }>(
      "GET",
      "/openapi.json",
    );
    const costs = [
      body.paths["/v1/accounts"]!["get"],
      body.paths["/v1/own"]!["get"],
      body.paths["/v1/users/bulk"]!["post"],
      body.paths["/v1/auth/login"]!["post"],
      body.paths["/v1/audit-entries/export"]!["get"],
    ].map((operation) => (operation as { "x-cost": number })["x-cost"]);
    expect(costs).toEqual([5, 8, 50, 10, 1_000]);
  });
});
