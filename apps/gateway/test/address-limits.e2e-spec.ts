import { eventually } from "@kehu/testing";
import { System } from "./system.ts";

const ID = "0199c1a0-0000-7000-8000-000000000001";

describe("limits of addresses behind a trusted proxy", () => {
  let system: System;

  beforeAll(async () => {
    const proxy = { KEHU_TRUSTED_PROXIES: "127.0.0.1" };
    const limits = { KEHU_RATE_LIMIT_ADDRESS: "20", KEHU_RATE_LIMIT_ADDRESS_TOTAL: "60" };
    system = await System.start(undefined, { ...proxy, ...limits });
  });
  afterAll(() => system.close());

  const from = (address: string, path: string, token?: string) =>
    system.gateway.request("GET", path, { token, headers: { "x-forwarded-for": address } });

  it("A42 counts all that comes from one address, whoever asks, and other addresses by themselves", async () => {
    const list = () => from("192.0.2.1", "/v1/accounts", system.token);
    expect((await list()).headers.get("ratelimit-policy")).toBe('"user";q=120000;w=60');
    const refused = await eventually(async () => {
      const answer = await list();
      expect(answer.status).toBe(429);
      return answer;
    });
    expect(refused.headers.get("ratelimit-policy")).toBe('"address-total";q=60;w=60');
    expect(refused.headers.get("ratelimit")).toMatch(
      new RegExp(`^"address-total";r=\\d+;t=${refused.headers.get("retry-after")}$`),
    );
    expect((await from("192.0.2.2", "/v1/accounts", system.token)).status).toBe(200);
  });

  it("A42 counts what comes without a user more strictly, also where no such path is", async () => {
    for (const path of ["/v1/nothing", "/v1/accounts", "/v1/users", "/openapi.json"]) {
      const address = `192.0.2.${10 + path.length}`;
      const first = await from(address, path);
      expect(first.headers.get("ratelimit-policy")).toBe('"address";q=20;w=60');
      await eventually(async () => (await from(address, path)).status === 429);
      expect((await from(address, `/v1/accounts/${ID}`, system.token)).status).toBe(200);
    }
  });

  it("A42 takes the addresses of one IPv6 subscriber for one", async () => {
    let host = 1;
    const ask = (network: string) => from(`${network}::${(host++).toString(16)}`, "/openapi.json");
    await eventually(async () => (await ask("2001:db8:1:1")).status === 429);
    expect((await ask("2001:db8:1:2")).status).toBe(200);
  });

  it("A42 does not read the body of what is beyond the limit and names nobody", async () => {
    const login = () =>
      system.gateway.request("POST", "/v1/auth/login", {
        body: "no JSON",
        headers: { "x-forwarded-for": "192.0.2.99" },
      });
    await eventually(async () => (await login()).status === 429);
    expect((await login()).body).toMatchObject({ code: "rate.limited" });
  });
});
