import { ROLES, System, type UserView } from "./system.ts";

describe("the directory of users, roles and settings", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.close());

  it("POST /v1/users/bulk imports by external id; again, nothing changes", async () => {
    const operations = [1, 2, 3].map((n) => ({
      op: "upsert",
      matchBy: "externalId",
      data: {
        email: `bulk-${n}@kehu.example`,
        lastName: `Bulk ${n}`,
        roleIds: [ROLES.sales],
        externalIds: [{ system: "zoho", id: `b-${n}` }],
        createdAt: "2015-03-04T05:06:07Z",
      },
    }));
    const outcomes = async () => {
      const { body } = await system.send<{ results: { outcome: string }[] }>("POST", "/v1/users/bulk", {
        operations,
        origin: "import",
      });
      return body.results.map(({ outcome }) => outcome);
    };
    expect(await outcomes()).toEqual(["created", "created", "created"]);
    expect(await outcomes()).toEqual(["unchanged", "unchanged", "unchanged"]);
    const list = await system.send<{ data: UserView[] }>(
      "GET",
      "/v1/users?filter[email][in]=bulk-1@kehu.example,bulk-2@kehu.example&sort=lastName",
    );
    expect(list.body.data).toMatchObject([
      { name: "Bulk 1", status: "invited", createdAt: "2015-03-04T05:06:07.000Z" },
      { name: "Bulk 2", status: "invited" },
    ]);
  });

  describe("GET /v1/users", () => {
    it("pages through all users once", async () => {
      const ids: string[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
        const { body } = await system.send<{ data: UserView[]; page: { nextCursor: string | null } }>(
          "GET",
          `/v1/users?limit=3&sort=name${query}`,
        );
        ids.push(...body.data.map(({ id }) => id));
        cursor = body.page.nextCursor;
      } while (cursor !== null);
      const { rows } = await system.database.admin.query(
        "SELECT count(*)::int AS n FROM identity.app_user WHERE deleted_at IS NULL",
      );
      expect(new Set(ids).size).toBe((rows[0] as { n: number }).n);
      expect(ids).toHaveLength(new Set(ids).size);
    });

    it.each([
      "filter[email][contains]=a",
      "sort=email",
      "sort=(select pg_sleep(5))",
      "sort=passwordHash",
      "filter[passwordHash]=x",
      "limit=0",
      "limit=0x10",
      "limit=1e2",
      "limit=-1",
      "limit=",
      "limit=1&limit=2",
      "fields=passwordHash",
      "cursor=x",
    ])("A22 refuses ?%s", async (query) => {
      expect((await system.send("GET", `/v1/users?${query}`)).status).toBe(400);
    });
  });

  it("GET /v1/roles shows the built-in roles, by key, with their grants", async () => {
    const { body } = await system.send<{ data: { key: string; grants: Record<string, string> }[] }>("GET", "/v1/roles");
    expect(body.data.map(({ key }) => key).sort()).toEqual([
      "administrator",
      "integration",
      "manager",
      "marketing",
      "read-only",
      "sales",
      "service",
    ]);
    const sales = await system.send<{ data: { id: string; grants: object }[] }>("GET", "/v1/roles?filter[key]=sales");
    expect(sales.body.data).toMatchObject([
      { id: ROLES.sales, grants: { "sales.lead.write": "own", "identity.user.read": "all" } },
    ]);
    expect((await system.send("GET", `/v1/roles/${ROLES.readOnly}`)).body.grants).not.toHaveProperty([
      "customer.account.write",
    ]);
  });

  describe("/v1/settings", () => {
    it("GET, and PATCH with its event", async () => {
      const before = await system.send<{ version: number }>("GET", "/v1/settings");
      expect(before).toMatchObject({
        status: 200,
        body: { currency: "USD", timeZone: "UTC", country: "US", fiscalYearStart: 1 },
      });
      const after = await system.send("PATCH", "/v1/settings", {
        currency: "CNY",
        timeZone: "Asia/Shanghai",
        country: "CN",
        languages: ["zh-CN"],
      });
      expect(after).toMatchObject({
        status: 200,
        body: { currency: "CNY", languages: ["zh-CN"], version: before.body.version + 1 },
      });
      expect((await system.eventsOf(after.body.id)).at(-1)).toEqual([
        "identity.settings.updated",
        before.body.version + 1,
      ]);
    });

    it("takes retention rules, which are none at first, with its event", async () => {
      expect((await system.send("GET", "/v1/settings")).body).toMatchObject({ retention: [] });
      const retention = [{ concept: "sales.lead", condition: "unqualified", months: 24 }];
      expect(await system.send("PATCH", "/v1/settings", { retention })).toMatchObject({
        status: 200,
        body: { retention },
      });
      const { rows } = await system.database.admin.query<{ data: object }>(
        "SELECT payload::json->'data' AS data FROM identity.outbox WHERE type = 'identity.settings.updated' ORDER BY seq DESC LIMIT 1",
      );
      expect(rows[0]!.data).toMatchObject({ changed: ["retention"], settings: { retention } });
      const { body } = await system.send<{ version: number }>("PATCH", "/v1/settings", { retention });
      expect((await system.send("PATCH", "/v1/settings", { retention: [] })).body).toMatchObject({
        version: body.version + 1,
      });
    });

    it.each([
      [{ concept: "customer.contact", condition: "unqualified", months: 1 }, "retention.unknown-condition"],
      [{ concept: "sales.lead", condition: "untouched", months: 0 }, "request.invalid"],
      [{ concept: "sales.deal", condition: "untouched", months: 1 }, "request.invalid"],
      [{ concept: "sales.lead", condition: "bored", months: 1 }, "request.invalid"],
      [{ concept: "sales.lead", condition: "untouched", months: 12 }, "retention.twice"],
    ])("refuses beside another one the rule %j with %s", async (rule, code) => {
      const retention = [{ concept: "sales.lead", condition: "untouched", months: 36 }, rule];
      expect(await system.send("PATCH", "/v1/settings", { retention })).toMatchObject({ status: 422, body: { code } });
      expect((await system.send("GET", "/v1/settings")).body).toMatchObject({ retention: [] });
    });

    it("has nothing purged at first, and takes after how many days, or never, with its event", async () => {
      expect((await system.send("GET", "/v1/settings")).body).toMatchObject({ purgeDeletedAfterDays: null });
      for (const purgeDeletedAfterDays of [7, 3650, null]) {
        const patch = { purgeDeletedAfterDays };
        expect(await system.send("PATCH", "/v1/settings", patch)).toMatchObject({ status: 200, body: patch });
        const { rows } = await system.database.admin.query<{ data: object }>(
          "SELECT payload::json->'data' AS data FROM identity.outbox WHERE type = 'identity.settings.updated' ORDER BY seq DESC LIMIT 1",
        );
        expect(rows[0]!.data).toMatchObject({ changed: ["purgeDeletedAfterDays"], settings: patch });
      }
    });

    it.each([
      [6, 422],
      [3651, 422],
      [0, 422],
      [7.5, 400],
      ["30", 400],
    ])("refuses to purge after %j days, and names the field", async (days, status) => {
      expect(await system.send("PATCH", "/v1/settings", { purgeDeletedAfterDays: days })).toMatchObject({
        status,
        body: { errors: [{ field: "purgeDeletedAfterDays" }] },
      });
      expect((await system.send("GET", "/v1/settings")).body).toMatchObject({ purgeDeletedAfterDays: null });
    });

    it.each([
      { currency: "XXZ" },
      { timeZone: "Moon" },
      { timeZone: "+08:00" },
      { country: "XX" },
      { languages: [] },
      { languages: ["fr"] },
      { fiscalYearStart: 13 },
    ])("refuses %j", async (body) => {
      expect((await system.send("PATCH", "/v1/settings", body)).status).toBe(422);
    });
  });

  it("tells every user, team, role, vocabulary and setting again as snapshots", async () => {
    await system.send("POST", "/v1/teams", { name: "East" });
    const label = { en: "Industry", zh: "行业" };
    await system.send("POST", "/v1/vocabularies", { name: "industry", label, choices: [{ value: "steel", label }] });
    for (const concept of ["user", "team", "role", "vocabulary", "settings"].map((name) => `identity.${name}`)) {
      const { status, body } = await system.send<{ events: number }>("POST", "/v1/operations/gateway/snapshots", {
        concept,
      });
      expect({ status, some: body.events > 0 }).toEqual({ status: 202, some: true });
    }
  });

  it("no row, event or log of the database shows a password", async () => {
    const { rows } = await system.database.admin.query("SELECT password_hash FROM identity.credential");
    expect(
      rows.every(({ password_hash }: { password_hash: string }) =>
        password_hash.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"),
      ),
    ).toBe(true);
    const events = await system.database.admin.query(
      "SELECT count(*)::int AS n FROM identity.outbox WHERE payload::text LIKE '%argon2%'",
    );
    expect(events.rows).toEqual([{ n: 0 }]);
  });
});
