import { anAdministrator, startService, testDatabase, type TestDatabase, type TestService } from "@kehu/testing";
import { randomUUID } from "node:crypto";

/** Texts that would mean something to a database, a template or a shell, if anything read them as more than text. */
const PAYLOADS = [
  "'",
  "''",
  "\\'",
  "$$",
  "%",
  "_",
  "\\",
  "::int",
  "{1}",
  "?",
  "$1",
  "`",
  "ʼ",
  "'; DROP TABLE account;--",
];
const TEXTS = ["مرحبا", "😀", "é", "e\u0301", "a\u200Bb", "аdmin@example.com", "\uFEFFbom", "x".repeat(255)];

describe("abuse of a resource", () => {
  const admin = anAdministrator();
  let database: TestDatabase;
  let service: TestService;
  let id: string;

  beforeAll(async () => {
    database = await testDatabase("customer");
    service = await startService(
      { name: "customer", schema: "customer" },
      () => import("../src/app.module.ts"),
      database,
    );
    const { body } = await service.request<{ id: string }>(admin, "POST", "/v1/accounts", { body: { name: "Target" } });
    id = body.id;
  });

  afterAll(async () => {
    await service.close();
    await database.close();
  });

  /** Everything that a write leaves. */
  const footprint = async () => {
    const tables = ["account", "history", "outbox", "external_id"];
    const counts = tables.map((table) => `(SELECT count(*) FROM customer.${table}) AS ${table}`);
    const { rows } = await database.admin.query(
      `SELECT ${counts.join(", ")}, (SELECT max(version) FROM customer.account)`,
    );
    return rows[0] as object;
  };

  const refused = async (statuses: readonly number[], method: string, path: string, body?: unknown) => {
    const before = await footprint();
    const answer = await service.request(admin, method, path, { body });
    expect(statuses).toContain(answer.status);
    expect(typeof answer.body["code"]).toBe("string");
    expect(JSON.stringify(answer.body)).not.toMatch(/SELECT|stack|node_modules|127\.0\.0\.1/);
    expect(await footprint()).toEqual(before);
  };
  const raw = async (bytes: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const token = service.tokenOf(admin);
    const response = await fetch(`${service.url}/v1/accounts`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      body: bytes,
    });
    return response.status;
  };

  it.each([
    "id",
    "tenantId",
    "ownerId",
    "createdAt",
    "updatedAt",
    "version",
    "deletedAt",
    "role",
    "score",
    "stageHistory",
    "personId",
  ])("A09 mass assignment of %s is 400 and changes nothing", (property) =>
    refused([400], "PATCH", `/v1/accounts/${id}`, { [property]: "1" }),
  );

  it.each([
    "sort=(select pg_sleep(5))",
    "sort=name;--",
    "sort=u.secret",
    "sort=name nulls last,1",
    "sort=CASE WHEN 1=1 THEN name END",
    `sort=${Array(200).fill("name").join(",")}`,
    "limit=-1",
    "limit=0",
    "limit=0x10",
    "limit=1e9",
    "limit=1e2",
    "limit=NaN",
    "limit=9007199254740993",
    "limit=5;drop",
    "limit=",
    "offset=1e15",
    "sort=",
    "cursor=",
    "fields=",
  ])("A22 order and limit: ?%s is 400", (query) => refused([400], "GET", `/v1/accounts?${query}`));

  it.each(PAYLOADS)("A23 injection: %s is stored and found as text", async (payload) => {
    const name = `${payload} ${randomUUID()}`;
    const created = await service.request<{ id: string }>(admin, "POST", "/v1/accounts", {
      body: { name, industry: payload },
    });
    expect(created).toMatchObject({ status: 201, body: { name, industry: payload } });
    for (const op of ["eq", "contains", "startsWith"]) {
      const where = { field: "name", op, value: name };
      const found = await service.request<{ data: { id: string }[] }>(admin, "POST", "/v1/accounts/search", {
        body: { where },
      });
      expect(found.body.data.map((one) => one.id)).toEqual([created.body.id]);
    }
  });

  it.each([{ name: { $gt: "" } }, { name: ["a"] }, { name: true }, { _type: "not" }, [], "text", 5])(
    "A24 operator objects: the body %j is refused",
    (body) => refused([400], "POST", "/v1/accounts", body),
  );

  it.each([
    "filter[id][]=a&filter[id][]=b",
    "filter[id]=null",
    "filter[id]=undefined",
    "filter[id]=",
    "id[]=a",
    "filter[name][not]=x",
  ])("A24 operator objects: ?%s is refused, and never widens to all rows", (query) =>
    refused([400], "GET", `/v1/accounts?${query}`),
  );

  it.each(TEXTS)("A25 text: %s is stored exactly", async (name) => {
    const { body } = await service.request(admin, "POST", "/v1/accounts", { body: { name } });
    expect(body["name"]).toBe(name);
  });

  it.each([
    ["NUL", '{"name":"a\\u0000"}'],
    ["a lone surrogate", '{"name":"\\ud800"}'],
    ["1 MB of text", JSON.stringify({ name: "x".repeat(1024 * 1024) })],
    ["a number beyond all bounds", '{"name":1e400}'],
    ["UTF-16", Buffer.from('{"name":"x"}', "utf16le").toString("latin1")],
  ])("A25 text: %s is refused", async (_what, body) => expect([400, 413]).toContain(await raw(body)));

  it.each([
    "0000-00-00T00:00:00Z",
    "+275760-09-14T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-12-31T23:59:60Z",
    "yesterday",
  ])("A25 text: the instant %s is refused or read as it is, never 500", async (createdOn) => {
    const { status } = await service.request(
      admin,
      "GET",
      `/v1/accounts?filter[createdAt][gte]=${encodeURIComponent(createdOn)}`,
    );
    expect([200, 400]).toContain(status);
  });

  it.each([
    ["20,000 levels", 400, "[".repeat(20_000) + "]".repeat(20_000)],
    ["100,000 elements", 413, JSON.stringify({ name: Array(100_000).fill("xx") })],
    ["10,000 keys", 400, JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, n])))],
    ["2 MB", 413, JSON.stringify({ name: "x".repeat(2 * 1024 * 1024) })],
  ])("A26 size: %s is %i", async (_what, status, body) => expect(await raw(body)).toBe(status));

  it("A26 size: a body that is not plain JSON is 415", async () => {
    expect(await raw("name=x", { "content-type": "application/x-www-form-urlencoded" })).toBe(415);
    expect(await raw("--x--", { "content-type": "multipart/form-data; boundary=x" })).toBe(415);
  });

  it.each(['{"__proto__":{"polluted":1}}', '{"name":"x","constructor":{"prototype":{"polluted":1}}}'])(
    "A27 prototype: %s is 400 and pollutes nothing",
    async (body) => {
      expect(await raw(body)).toBe(400);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  );

  it.each(["filter[__proto__]=x", "filter[constructor]=x", "sort=__proto__", "fields=constructor", "__proto__=x"])(
    "A27 prototype: ?%s is 400",
    (query) => refused([400], "GET", `/v1/accounts?${query}`),
  );

  it("A40 lost update: of two with one If-Match one is 412, and disjoint ones without it are both kept", async () => {
    const { body: account } = await service.request<{ id: string }>(admin, "POST", "/v1/accounts", {
      body: { name: "A40" },
    });
    const patch = (body: object, headers = {}) =>
      service.request(admin, "PATCH", `/v1/accounts/${account.id}`, { body, headers });
    const both = await Promise.all([
      patch({ industry: "a" }, { "if-match": '"1"' }),
      patch({ industry: "b" }, { "if-match": '"1"' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    await Promise.all([patch({ website: "w.example" }), patch({ type: "partner" })]);
    const { body } = await service.request(admin, "GET", `/v1/accounts/${account.id}`);
    expect(body).toMatchObject({ website: "w.example", type: "partner", version: 4 });
  });

  it("A41 pagination: a walk over 300 equal keys sees each once, whatever the limit, and a changed cursor is 400", async () => {
    const operations = Array.from({ length: 300 }, () => ({ op: "create", data: { name: "A41", industry: "equal" } }));
    await service.request(admin, "POST", "/v1/accounts/bulk", { body: { operations } });
    const seen = new Set<string>();
    let cursor: string | null = null;
    for (const limits = [7, 50, 200]; ; limits.push(limits.shift()!)) {
      const query: string = `filter[industry]=equal&sort=industry&limit=${limits[0]}${cursor === null ? "" : `&cursor=${cursor}`}`;
      const { body } = await service.request<{ data: { id: string }[]; page: { nextCursor: string | null } }>(
        admin,
        "GET",
        `/v1/accounts?${query}`,
      );
      for (const one of body.data) {
        expect(seen).not.toContain(one.id);
        seen.add(one.id);
      }
      cursor = body.page.nextCursor;
      if (cursor === null) break;
      const changed = cursor.replace(/^./, (letter) => (letter === "A" ? "B" : "A"));
      await refused([400], "GET", `/v1/accounts?filter[industry]=equal&sort=industry&cursor=${changed}`);
    }
    expect(seen.size).toBe(300);
  });

  it("A46 errors: a path, an id and a method that are none say nothing of the inside", async () => {
    await refused([404], "GET", "/v1/nothing");
    await refused([400], "GET", "/v1/accounts/1%27%20OR%201=1");
    await refused([404, 405], "PUT", `/v1/accounts/${id}`, {});
  });
});
