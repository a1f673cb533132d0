import {
  anAdministrator,
  anOwner,
  eventually,
  startService,
  testDatabase,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { insist } from "./customer.ts";

interface AccountView {
  id: string;
  name: string;
  version: number;
  ownerId: string;
  ownerName: string | null;
  parentName: string | null;
  [field: string]: unknown;
}

interface PageView {
  data: AccountView[];
  page: { nextCursor: string | null; hasMore: boolean; total?: number };
}

describe("accounts", () => {
  const admin = anAdministrator();
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    database = await testDatabase("customer");
    service = await startService(
      { name: "customer", schema: "customer" },
      () => import("../src/app.module.ts"),
      database,
    );
  });

  afterAll(async () => {
    await service.close();
    await database.close();
  });

  const anAccount = async (data: object = {}, as = admin) => {
    const { status, body } = await service.request<AccountView>(as, "POST", "/v1/accounts", {
      body: { name: "华星科技", ...data },
    });
    expect({ status, body }).toMatchObject({ status: 201 });
    return body;
  };
  const eventsOf = async (id: string) => {
    const { rows } = await database.admin.query<{
      event: { type: string; aggregateversion: number; data: { changed: string[] } };
    }>("SELECT payload::json AS event FROM customer.outbox WHERE key = $1 ORDER BY seq", [id]);
    return rows.map(({ event }) => [event.type, event.aggregateversion, event.data.changed]);
  };

  describe("POST /v1/accounts", () => {
    it("answers 201 with the record, ETag and Location, and publishes what happened", async () => {
      const { status, headers, body } = await service.request<AccountView>(admin, "POST", "/v1/accounts", {
        body: { name: "华星科技 Huaxing", type: "customer", externalIds: [{ system: "erp", id: "C-1" }] },
      });
      expect(status).toBe(201);
      expect(headers.get("etag")).toBe('"1"');
      expect(headers.get("location")).toBe(`/v1/accounts/${body.id}`);
      expect(body).toMatchObject({
        name: "华星科技 Huaxing",
        type: "customer",
        industry: null,
        ownerId: admin.id,
        version: 1,
      });
      expect(await eventsOf(body.id)).toEqual([
        [
          "customer.account.created",
          1,
          ["ownerId", "externalIds", "createdAt", "collaborators", "tags", "name", "type"],
        ],
      ]);
      await eventually(async () => {
        const { rows } = await database.admin.query("SELECT 1 FROM bus.log WHERE key = $1", [body.id]);
        expect(rows).toHaveLength(1);
      });
    });

    it.each([
      [{}, 422, "request.invalid", "name"],
      [{ name: "  " }, 422, "request.invalid", "name"],
      [{ name: 5 }, 400, "request.malformed", "name"],
      [{ name: "x", type: "enemy" }, 422, "request.invalid", "type"],
      [{ name: "x", version: 7 }, 400, "request.malformed", "version"],
      [{ name: "x", parentId: "no-id" }, 400, "request.malformed", "parentId"],
      [{ name: "x", parentId: randomUUID() }, 422, "reference.unknown", "parentId"],
    ])("refuses %j with %i %s, naming %s, and stores nothing", async (body, status, code, field) => {
      const before = await database.admin.query("SELECT count(*) FROM customer.outbox");
      const answer = await service.request(admin, "POST", "/v1/accounts", { body });
      expect(answer.status).toBe(status);
      expect(answer.headers.get("content-type")).toMatch("application/problem+json");
      expect(answer.body).toMatchObject({ code, errors: [expect.objectContaining({ field })] });
      const after = await database.admin.query("SELECT count(*) FROM customer.outbox");
      expect(after.rows).toEqual(before.rows);
    });

    it("has one effect for one Idempotency-Key, however often it is sent", async () => {
      const headers = { "idempotency-key": randomUUID() };
      const send = () =>
        service.request<AccountView>(admin, "POST", "/v1/accounts", { body: { name: "Once" }, headers });
      const answers = await Promise.all(Array.from({ length: 20 }, send));
      const statuses = new Set(answers.map(({ status }) => status));
      expect([...statuses].every((status) => status === 201 || status === 409)).toBe(true);
      const again = await send();
      expect(again.headers.get("idempotent-replayed")).toBe("true");
      const { rows } = await database.admin.query("SELECT id FROM customer.account WHERE name = 'Once'");
      expect(rows).toEqual([{ id: again.body.id }]);
      const other = await service.request(admin, "POST", "/v1/accounts", { body: { name: "Twice" }, headers });
      expect(other).toMatchObject({ status: 422, body: { code: "idempotency.body-differs" } });
    });
  });

  describe("PATCH /v1/accounts/:id", () => {
    it("answers a twin at once while the first still waits, and the same again after both", async () => {
      const { id } = await anAccount();
      const headers = { "idempotency-key": randomUUID() };
      const send = () =>
        service.request<AccountView>(admin, "PATCH", `/v1/accounts/${id}`, { body: { website: "a.example" }, headers });
      const holder = await database.admin.connect();
      await holder.query("BEGIN");
      await holder.query("SELECT 1 FROM customer.account WHERE id = $1 FOR UPDATE", [id]);
      const first = send();
      await eventually(async () => {
        // Of this database only: other tests run on the same server.
        const { rows } = await database.admin.query(
          "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        expect(rows).toHaveLength(1);
      });
      const twin = await send();
      await holder.query("ROLLBACK");
      holder.release();
      expect(twin).toMatchObject({ status: 409, body: { code: "idempotency.in-progress" } });
      expect(twin.headers.get("retry-after")).toBe("1");
      const { status, body } = await first;
      expect({ status, body }).toMatchObject({ status: 200, body: { website: "a.example", version: 2 } });
      await service.request(admin, "DELETE", `/v1/accounts/${id}`);
      const again = await send();
      expect({ replayed: again.headers.get("idempotent-replayed"), body: again.body }).toEqual({
        replayed: "true",
        body,
      });
    });

    it("changes nothing for a key that came with another body, and begins anew when the key is a day old", async () => {
      const { id } = await anAccount();
      const headers = { "idempotency-key": randomUUID() };
      const send = (website: string) =>
        service.request<AccountView>(admin, "PATCH", `/v1/accounts/${id}`, { body: { website }, headers });
      await send("a.example");
      const before = await eventsOf(id);
      expect(await send("b.example")).toMatchObject({ status: 422, body: { code: "idempotency.body-differs" } });
      expect(await eventsOf(id)).toEqual(before);
      const { rowCount } = await database.admin.query(
        "UPDATE customer.idempotent_reply SET stored_at = stored_at - interval '25 hours' WHERE key = $1",
        [headers["idempotency-key"]],
      );
      expect(rowCount).toBe(1);
      const later = await send("b.example");
      expect(later).toMatchObject({ status: 200, body: { website: "b.example", version: 3 } });
      expect((await send("b.example")).headers.get("idempotent-replayed")).toBe("true");
      expect(await eventsOf(id)).toHaveLength(3);
    });

    it("changes only what is sent and records it in the history", async () => {
      const { id } = await anAccount({ industry: "steel" });
      const { body, headers } = await service.request<AccountView>(admin, "PATCH", `/v1/accounts/${id}`, {
        body: { industry: null, website: "a.example" },
      });
      expect(body).toMatchObject({ industry: null, website: "a.example", version: 2 });
      expect(headers.get("etag")).toBe('"2"');
      expect((await eventsOf(id))[1]).toEqual(["customer.account.updated", 2, ["industry", "website"]]);
      const history = await service.request<{ data: object[] }>(admin, "GET", `/v1/accounts/${id}/history`);
      expect(history.body.data).toMatchObject([
        {
          field: "website",
          before: null,
          after: "a.example",
          version: 2,
          origin: "api",
          actor: { type: "user", id: admin.id },
        },
        { field: "industry", before: "steel", after: null, version: 2 },
        { event: "customer.account.created", field: null, version: 1 },
      ]);
    });

    it("makes no event when nothing changes", async () => {
      const { id } = await anAccount({ industry: "steel" });
      const { body } = await service.request<AccountView>(admin, "PATCH", `/v1/accounts/${id}`, {
        body: { industry: "steel" },
      });
      expect(body.version).toBe(1);
      expect(await eventsOf(id)).toHaveLength(1);
    });

    it("answers 412 with the current record to a stale If-Match", async () => {
      const { id } = await anAccount();
      await service.request(admin, "PATCH", `/v1/accounts/${id}`, { body: { industry: "a" } });
      const answer = await service.request(admin, "PATCH", `/v1/accounts/${id}`, {
        body: { industry: "b" },
        headers: { "if-match": '"1"' },
      });
      expect(answer).toMatchObject({
        status: 412,
        body: { code: "record.stale", current: { id, industry: "a", version: 2 } },
      });
    });

    it("loses no update of 50 at once", async () => {
      const { id } = await anAccount();
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          insist(() => service.request(admin, "PATCH", `/v1/accounts/${id}`, { body: { industry: `i${n}` } })),
        ),
      );
      expect(answers.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
      const { body } = await service.request<AccountView>(admin, "GET", `/v1/accounts/${id}`);
      expect(body.version).toBe(51);
    });

    it("refuses a circle of parents", async () => {
      const top = await anAccount();
      const below = await anAccount({ parentId: top.id });
      expect(below.parentName).toBe(top.name);
      const answer = await service.request(admin, "PATCH", `/v1/accounts/${top.id}`, { body: { parentId: below.id } });
      expect(answer).toMatchObject({ status: 422, body: { code: "account.parent-circle" } });
    });
  });

  describe("the caller’s scope", () => {
    it("hides from reading and writing what is not his", async () => {
      const mine = anOwner();
      const other = anOwner();
      const { id } = await anAccount({}, mine);
      const absent = await service.request(other, "GET", `/v1/accounts/${randomUUID()}`);
      for (const [method, path, body] of [
        ["GET", ""],
        ["PATCH", "", { industry: "x" }],
        ["DELETE", ""],
        ["GET", "/history"],
        ["POST", "/restore"],
      ] as const) {
        const answer = await service.request(other, method, `/v1/accounts/${id}${path}`, { body });
        expect({ ...answer.body, traceId: "" }).toEqual({ ...absent.body, traceId: "" });
      }
      const list = await service.request<PageView>(other, "GET", "/v1/accounts?count=exact");
      expect(list.body).toEqual({ data: [], page: { nextCursor: null, hasMore: false, total: 0 } });
    });

    it("lets nobody in without a token", async () => {
      const answer = await service.request(null, "GET", "/v1/accounts");
      expect(answer).toMatchObject({ status: 401, body: { code: "authentication.required" } });
    });
  });

  describe("DELETE /v1/accounts/:id and POST /v1/accounts/:id/restore", () => {
    it("takes it out of sight and brings it back", async () => {
      const { id } = await anAccount();
      expect((await service.request(admin, "DELETE", `/v1/accounts/${id}`)).status).toBe(204);
      expect((await service.request(admin, "GET", `/v1/accounts/${id}`)).status).toBe(404);
      expect(await service.request(admin, "POST", `/v1/accounts/${id}/restore`)).toMatchObject({
        status: 200,
        body: { id, version: 3 },
      });
      expect((await eventsOf(id)).map(([type]) => type)).toEqual([
        "customer.account.created",
        "customer.account.deleted",
        "customer.account.restored",
      ]);
    });
  });

  describe("GET /v1/accounts", () => {
    it("pages through all of them without a gap, empty values last, while others are inserted", async () => {
      const owner = anOwner();
      for (let n = 0; n < 25; n++) await anAccount({ name: `A${n}`, industry: n % 3 ? `i${n % 2}` : undefined }, owner);
      const seen: AccountView[] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const { body }: { body: PageView } = await service.request<PageView>(
          owner,
          "GET",
          `/v1/accounts?sort=-industry,name&limit=4${cursor && `&cursor=${cursor}`}`,
        );
        seen.push(...body.data);
        cursor = body.page.nextCursor;
        await anAccount({ name: "A", industry: "zz" }, owner);
      }
      const industries = seen.map(({ industry }) => industry);
      expect(seen.map(({ name }) => name).sort()).toEqual(Array.from({ length: 25 }, (_, n) => `A${n}`).sort());
      expect(industries.slice(0, 8).every((industry) => industry === "i1")).toBe(true);
      expect(industries.slice(-9).every((industry) => industry === null)).toBe(true);
    });

    it("refuses a cursor of another caller, filter or order", async () => {
      const owner = anOwner();
      for (let n = 0; n < 3; n++) await anAccount({}, owner);
      const { body } = await service.request<PageView>(owner, "GET", "/v1/accounts?limit=1");
      const cursor = body.page.nextCursor!;
      for (const [caller, query] of [
        [admin, ""],
        [owner, "&sort=name"],
        [owner, "&filter[name]=x"],
      ] as const) {
        const answer = await service.request(caller, "GET", `/v1/accounts?limit=1&cursor=${cursor}${query}`);
        expect(answer).toMatchObject({ status: 400, body: { code: "cursor.invalid" } });
      }
    });

    it.each([
      ["limit=0", "query.invalid"],
      ["limit=0x10", "query.invalid"],
      ["limit=5&limit=6", "query.invalid"],
      ["surprise=1", "query.invalid"],
      ["sort=(select pg_sleep(5))", "sort.unknown-field"],
      ["sort=constructor", "sort.unknown-field"],
      ["filter[secret]=1", "filter.unknown-field"],
      ["filter[name][regex]=1", "filter.unknown-operator"],
      ["filter[createdAt][gte]=once", "filter.invalid-value"],
      ["fields=nope", "fields.unknown"],
    ])("refuses %s with 400 %s", async (query, code) => {
      const answer = await service.request(admin, "GET", `/v1/accounts?${query}`);
      expect(answer).toMatchObject({ status: 400, body: { code } });
    });

    it("finds by conditions, as a query and as a tree", async () => {
      const owner = anOwner();
      for (const [name, industry] of [
        ["100% 钢铁", "steel"],
        ["Acme", "toys"],
        ["Blank", undefined],
      ])
        await anAccount({ name, industry }, owner);
      const names = async (query: string) =>
        (await service.request<PageView>(owner, "GET", `/v1/accounts?sort=name&${query}`)).body.data.map(
          ({ name }) => name,
        );
      expect(await names("filter[name][contains]=钢铁")).toEqual(["100% 钢铁"]);
      expect(await names("filter[name][contains]=%25")).toEqual(["100% 钢铁"]);
      expect(await names("filter[industry][ne]=steel")).toEqual(["Acme", "Blank"]);
      expect(await names("filter[industry][in]=steel,toys")).toEqual(["100% 钢铁", "Acme"]);
      expect(await names("filter[industry][isNull]=true")).toEqual(["Blank"]);
      const where = {
        or: [
          { field: "industry", op: "eq", value: "toys" },
          { not: { field: "industry", op: "isNull", value: false } },
        ],
      };
      const { body } = await service.request<PageView>(owner, "POST", "/v1/accounts/search", {
        body: { where, sort: ["-name"], count: "exact", fields: ["name"] },
      });
      expect(body).toEqual({
        data: [
          { id: expect.any(String), name: "Blank" },
          { id: expect.any(String), name: "Acme" },
        ],
        page: { nextCursor: null, hasMore: false, total: 2 },
      });
    });
  });

  describe("POST /v1/accounts/bulk", () => {
    const bulk = (operations: object[], rest: object = {}) =>
      service.request<{ results: { outcome: string; id: string | null; errors: { code: string; field: string }[] }[] }>(
        admin,
        "POST",
        "/v1/accounts/bulk",
        { body: { operations, ...rest } },
      );

    it("upserts by external id: created, then unchanged, then updated", async () => {
      const row = (id: string, industry: string) => ({
        op: "upsert",
        matchBy: "externalId",
        data: { name: `N${id}`, industry, createdAt: "2020-01-02T03:04:05Z", externalIds: [{ system: "zoho", id }] },
      });
      const first = await bulk(
        [
          row("1", "a"),
          row("2", "a"),
          { op: "upsert", matchBy: "externalId", data: { externalIds: [{ system: "zoho", id: "3" }] } },
        ],
        { origin: "import" },
      );
      expect(first.body.results.map(({ outcome, errors }) => [outcome, errors[0]?.code])).toEqual([
        ["created", undefined],
        ["created", undefined],
        ["failed", "field.required"],
      ]);
      const second = await bulk([row("1", "a"), row("2", "b")], { origin: "import" });
      expect(second.body.results).toMatchObject([
        { outcome: "unchanged", id: first.body.results[0]!.id },
        { outcome: "updated", id: first.body.results[1]!.id },
      ]);
      const { body } = await service.request<AccountView>(admin, "GET", `/v1/accounts/${first.body.results[1]!.id}`);
      expect(body).toMatchObject({ createdAt: "2020-01-02T03:04:05.000Z", industry: "b", ownerId: null, version: 2 });
    });

    it("does all or nothing when asked", async () => {
      const answer = await bulk(
        [
          { op: "create", data: { name: "Atomic" } },
          { op: "create", data: {} },
        ],
        { atomic: true },
      );
      expect(answer).toMatchObject({ status: 422, body: { code: "bulk.failed" } });
      const { rows } = await database.admin.query("SELECT 1 FROM customer.account WHERE name = 'Atomic'");
      expect(rows).toHaveLength(0);
    });

    it("takes what only an import may say from an import only", async () => {
      const answer = await bulk([{ op: "create", data: { name: "x", createdAt: "2020-01-01T00:00:00Z" } }]);
      expect(answer.body.results).toMatchObject([
        { outcome: "failed", errors: [{ field: "createdAt", code: "field.unknown" }] },
      ]);
    });

    it("repeats its results for the same Idempotency-Key", async () => {
      const send = () =>
        service.request<{ results: object[] }>(admin, "POST", "/v1/accounts/bulk", {
          body: { operations: [{ op: "create", data: { name: "Bulk once" } }] },
          headers: { "idempotency-key": "bulk-1" },
        });
      const first = await send();
      expect((await send()).body).toEqual(first.body);
    });
  });
});
