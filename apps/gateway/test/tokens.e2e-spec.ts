import { newSecret } from "@kehu/testing";
import { Forger, seconds } from "./forger.ts";
import { System } from "./system.ts";
import { startUpstream } from "./upstream.ts";

describe("access tokens", () => {
  let system: System;
  let forger: Forger;

  beforeAll(async () => {
    system = await System.start();
    forger = await Forger.start(system);
  });
  afterAll(async () => {
    forger.close();
    await system.close();
  });

  const statusOf = async (token: string) => (await system.gateway.request("GET", "/v1/accounts", { token })).status;

  it("A17 a token that was good until it expired", async () => {
    const token = forger.claiming({ exp: seconds() + 2 });
    expect(await statusOf(token)).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 2_100)); // the clock of the token, which nothing else moves
    expect(await statusOf(token)).toBe(401);
  });

  it("A13 a service refuses what the gateway would not send, and what was sent to another service", async () => {
    const ask = async (headers: Record<string, string>) =>
      (await fetch(`http://127.0.0.1:${system.customer.port}/v1/accounts`, { headers })).status;
    const { accessToken } = await system.gateway.login();
    await system.gateway.request("GET", "/v1/accounts", { token: accessToken });
    const authorization = system.customer.arrivals.at(-1)!.headers.authorization as string;
    const other = await startUpstream("sales", newSecret());
    const atOther = await fetch(`http://127.0.0.1:${other.port}/v1/accounts`, { headers: { authorization } });
    await other.close();
    expect(atOther.status).toBe(401);
    expect(await ask({ authorization })).toBe(200);
    expect(await ask({ authorization: `Bearer ${accessToken}` })).toBe(401);
    expect(await ask({ "x-user-id": "admin", "x-scope": "all" })).toBe(401);
    expect(await ask({})).toBe(401);
  });

  it("answers 401 with one text for every cause, and says how to sign in", async () => {
    const answers = [
      await system.gateway.request("GET", "/v1/accounts"),
      await system.gateway.request("GET", "/v1/accounts", { token: "x" }),
    ];
    for (const { headers, body } of answers) {
      expect(headers.get("www-authenticate")).toBe("Bearer");
      expect(headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
      expect({ ...body, traceId: "" }).toEqual({ ...answers[0]!.body, traceId: "" });
    }
  });

  it("GET /.well-known/jwks.json shows the public keys and nothing else", async () => {
    const { body } = await system.gateway.request<{ keys: object[] }>("GET", "/.well-known/jwks.json");
    expect(body.keys).toEqual([
      {
        kty: "EC",
        crv: "P-256",
        alg: "ES256",
        use: "sig",
        kid: forger.kid,
        x: expect.any(String) as string,
        y: expect.any(String) as string,
      },
    ]);
  });
});
