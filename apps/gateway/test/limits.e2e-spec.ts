import {
  configureGateway,
  eventually,
  newSecret,
  testDatabase,
  type TestDatabase,
  type TestGateway,
} from "@kehu/testing";
import { Database } from "@kehu/database";
import { request as httpRequest } from "node:http";
import { startReplica } from "./system.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

const USER_LIMIT = 33;
const KEY_LIMIT = 15;
const ADDRESS_LIMIT = 60;
const ID = "0199c1a0-0000-7000-8000-000000000001";

describe("limits", () => {
  let database: TestDatabase;
  let customer: Upstream;
  let gateway: TestGateway;
  let token: string;
  /** API keys of the one user that there is. */
  let keys: string[];

  beforeAll(async () => {
    database = await testDatabase("identity");
    customer = await startUpstream("customer", newSecret());
    gateway = await startReplica(
      configureGateway(database, [customer], {
        KEHU_RATE_LIMIT_USER: String(USER_LIMIT),
        KEHU_RATE_LIMIT_API_KEY: String(KEY_LIMIT),
        KEHU_RATE_LIMIT_ADDRESS: String(ADDRESS_LIMIT),
        KEHU_CORS_ORIGINS: "https://crm.example",
      }),
    );
    ({ accessToken: token } = await gateway.login());
    keys = await Promise.all(
      ["one", "other", "third"].map(async (name) => {
        const body = { name, grants: { "customer.account.read": "all", "identity.user.read": "all" } };
        return (await gateway.request<{ key: string }>("POST", "/v1/api-keys", { token, body })).body.key;
      }),
    );
  });

  afterAll(async () => {
    await gateway.close();
    await customer.close();
    await database.close();
  });

  /** What RateLimit says: units that are left, and seconds. */
  const saidIn = (headers: Headers) => {
    const [, name, left, seconds] = /^"([a-z-]+)";r=(\d+);t=(\d+)$/.exec(headers.get("ratelimit") ?? "") ?? [];
    return { name, left: Number(left), seconds: Number(seconds) };
  };

  it("A42 counts what operations cost, says so, and answers 429 with Retry-After when a user asks too much", async () => {
    const get = (path: string) => gateway.request("GET", path, { token });
    const lefts = [];
    for (const path of [`/v1/accounts/${ID}`, "/v1/accounts", "/v1/own"]) {
      const { status, headers } = await get(path);
      expect([status, headers.get("ratelimit-policy")]).toEqual([200, `"user";q=${USER_LIMIT};w=60`]);
      lefts.push(saidIn(headers).left);
    }
    // Half a unit comes back in each second.
    expect([5, 4, 3]).toContain(lefts[0]! - lefts[1]!);
    expect([8, 7, 6]).toContain(lefts[1]! - lefts[2]!);

    const refused = await eventually(async () => {
      const answer = await get("/v1/accounts?count=exact");
      expect(answer.status).toBe(429);
      return answer;
    });
    expect(refused.body).toMatchObject({ code: "rate.limited" });
    const { name, left, seconds } = saidIn(refused.headers);
    expect([name, refused.headers.get("retry-after")]).toEqual(["user", String(seconds)]);
    expect(left).toBeLessThan(10);
    expect(seconds).toBeGreaterThan(0);
    expect(refused.body.detail).toContain("this request costs 10");
    expect((await get(`/v1/accounts/${ID}`)).status).toBe(200);
  });

  it("A42 serves another user meanwhile, and health at any rate, uncounted", async () => {
    const flood = () => gateway.request("GET", "/v1/accounts", { token });
    await eventually(async () => (await flood()).status === 429);
    for (let i = 0; i < 3; i++) {
      const [theirs, mine] = await Promise.all([flood(), gateway.request("GET", "/v1/accounts", { token: keys[2] })]);
      expect([theirs.status, mine.status]).toEqual([429, 200]);
    }
    for (let i = 0; i < ADDRESS_LIMIT + 5; i++) {
      const { status, headers } = await gateway.request("GET", "/health/live", { token });
      expect([status, headers.get("ratelimit")]).toEqual([200, null]);
    }
    // Each connection remembers its last statement, and when that began.
    const { rows: clock } = await database.admin.query<{ now: Date }>("SELECT clock_timestamp() AS now");
    const ready = await Promise.all(Array.from({ length: 100 }, () => gateway.request("GET", "/health/ready")));
    expect(new Set(ready.map(({ status }) => status))).toEqual(new Set([200]));
    const { rows: asked } = await database.admin.query(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = 'SELECT 1' AND query_start >= $1",
      [clock[0]!.now],
    );
    expect(asked.length).toBeLessThanOrEqual(3); // 10 connections were there to ask
  });

  it("A42 counts each API key by itself, and the gateway's own operations like those of services", async () => {
    const own = (key: string) => gateway.request("GET", "/v1/users", { token: key });
    const first = await own(keys[0]!);
    expect([first.status, first.headers.get("ratelimit-policy")]).toEqual([200, `"api-key";q=${KEY_LIMIT};w=60`]);
    expect(saidIn(first.headers)).toMatchObject({ name: "api-key", left: KEY_LIMIT - 5 });
    await eventually(async () => (await own(keys[0]!)).status === 429);
    expect((await own(keys[1]!)).status).toBe(200);
  });

  it("A19 answers 429 when an address without a user asks too often, whatever X-Forwarded-For says", async () => {
    const ask = (i: number) =>
      gateway.request("GET", "/v1/accounts", { headers: { "x-forwarded-for": `10.0.0.${i}` } });
    const statuses: number[] = [];
    for (let i = 0; i < ADDRESS_LIMIT + 5; i++) statuses.push((await ask(i)).status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect((await gateway.request("POST", "/v1/auth/login", { body: {} })).status).toBe(429);
    const { rows } = await database.admin.query<{ entries: number; statuses: number[] }>(
      `SELECT count(*)::int AS entries, array_agg(DISTINCT status) AS statuses FROM identity.audit_entry
       WHERE outcome = 'denied' AND path = '/v1/accounts'`,
    );
    // What is beyond the limit costs the database nothing.
    const refused = statuses.filter((status) => status === 401).length;
    expect(rows).toEqual([{ entries: refused, statuses: [401] }]);
  });

  it("lets pages of the listed origins read answers, and no others", async () => {
    const ask = async (origin: string) =>
      (await gateway.request("GET", "/health/live", { headers: { origin } })).headers;
    expect((await ask("https://crm.example")).get("access-control-allow-origin")).toBe("https://crm.example");
    expect((await ask("https://evil.example")).get("access-control-allow-origin")).toBeNull();
    const preflight = await new Promise<number | undefined>((resolve) =>
      httpRequest(`${gateway.url}/v1/accounts`, {
        method: "OPTIONS",
        headers: { origin: "https://crm.example", "access-control-request-method": "PATCH" },
      })
        .on("response", (response) => resolve(response.resume().statusCode))
        .end(),
    );
    expect(preflight).toBe(204);
  });

  it("clears away what has expired, and nothing else", async () => {
    const { SessionRetention } = await import("../src/sessions/session-retention.service.ts");
    const { rows: before } = await database.admin.query<{ id: string }>("SELECT id FROM identity.session ORDER BY id");
    await database.admin.query(`
      WITH old AS (
        INSERT INTO identity.session (id, user_id, expires_at)
        SELECT gen_random_uuid(), id, now() - interval '1 s' FROM identity.app_user, generate_series(1, 1500) RETURNING id)
      INSERT INTO identity.refresh_token (token_hash, session_id) SELECT id::text::bytea, id FROM old`);
    await new SessionRetention(database.open("identity") satisfies Database).clear();
    expect((await database.admin.query("SELECT id FROM identity.session ORDER BY id")).rows).toEqual(before);
    const tokens = await database.admin.query(
      "SELECT DISTINCT session_id AS id FROM identity.refresh_token ORDER BY id",
    );
    expect(tokens.rows).toEqual(before);
  });
});
