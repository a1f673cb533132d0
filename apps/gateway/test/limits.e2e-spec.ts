import { configureGateway, newSecret, testDatabase, type TestDatabase, type TestGateway } from "@kehu/testing";
import { Database } from "@kehu/database";
import { request as httpRequest } from "node:http";
import { startReplica } from "./system.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

const USER_LIMIT = 20;
const ADDRESS_LIMIT = 60;

describe("limits", () => {
  let database: TestDatabase;
  let customer: Upstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    database = await testDatabase("identity");
    customer = await startUpstream("customer", newSecret());
    const limits = { KEHU_RATE_LIMIT_USER: String(USER_LIMIT), KEHU_RATE_LIMIT_ADDRESS: String(ADDRESS_LIMIT) };
    gateway = await startReplica(
      configureGateway(database, [customer], { ...limits, KEHU_CORS_ORIGINS: "https://crm.example" }),
    );
  });

  afterAll(async () => {
    await gateway.close();
    await customer.close();
    await database.close();
  });

  it("A42 answers 429 with Retry-After when a user asks too often, and health as before", async () => {
    const { accessToken: token } = await gateway.login();
    const answers = [];
    for (let i = 0; i < USER_LIMIT + 5; i++) answers.push(await gateway.request("GET", "/v1/accounts", { token }));
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array<number>(USER_LIMIT).fill(200),
      ...Array<number>(5).fill(429),
    ]);
    const { headers, body } = answers.at(-1)!;
    expect(body).toMatchObject({ code: "rate.limited" });
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect([headers.get("ratelimit-limit"), headers.get("ratelimit-remaining")]).toEqual([String(USER_LIMIT), "0"]);
    for (let i = 0; i < ADDRESS_LIMIT + 5; i++) expect((await gateway.request("GET", "/health/live")).status).toBe(200);
  });

  it("A42 counts each API key by itself", async () => {
    const { accessToken: token } = await gateway.login();
    const [one, other] = await Promise.all(
      ["one", "other"].map(async (name) => {
        const body = { name, grants: { "customer.account.read": "all" } };
        return (await gateway.request<{ key: string }>("POST", "/v1/api-keys", { token, body })).body.key;
      }),
    );
    const statusOf = async (key: string) => (await gateway.request("GET", "/v1/accounts", { token: key })).status;
    for (let i = 0; i < USER_LIMIT; i++) expect(await statusOf(one!)).toBe(200);
    expect([await statusOf(one!), await statusOf(other!), await statusOf(token)]).toEqual([429, 200, 429]);
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
