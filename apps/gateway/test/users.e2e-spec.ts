import { testDatabase, type TestDatabase } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { ADMIN, configure, newSecret, startGateway, type Gateway } from "./gateway.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

const PASSWORD = "Sieben grüne Tassen";
const ROLES = {
  administrator: "01980000-0000-7000-8000-000000000001",
  sales: "01980000-0000-7000-8000-000000000003",
  readOnly: "01980000-0000-7000-8000-000000000007",
};

interface UserView {
  id: string;
  version: number;
  email: string;
  status: string;
  invitationUrl: string;
  [field: string]: unknown;
}

describe("users, roles and settings", () => {
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

  const send = <B = UserView>(method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    gateway.request<B>(method, path, { token, body, headers });
  const invite = async (data: object = {}) => {
    const { status, body } = await send("POST", "/v1/users", {
      email: `${randomUUID()}@kehu.example`,
      lastName: "李",
      ...data,
    });
    expect({ status, body }).toMatchObject({ status: 201 });
    return body;
  };
  const accept = (url: string, password = PASSWORD) =>
    gateway.request<{ accessToken: string }>("POST", new URL(url).pathname, { body: { password } });
  const eventsOf = async (id: string) => {
    const { rows } = await database.admin.query<{ event: { type: string; aggregateversion: number; actorid: string } }>(
      "SELECT payload::json AS event FROM identity.outbox WHERE key = $1 ORDER BY seq",
      [id],
    );
    return rows.map(({ event }) => [event.type, event.aggregateversion]);
  };

  it("the first start makes roles, settings and the administrator, and tells of them", async () => {
    const { body: me } = await send<{ id: string }>("GET", "/v1/me");
    expect(await eventsOf(me.id)).toEqual([
      ["identity.user.invited", 1],
      ["identity.user.activated", 2],
    ]);
    expect(await eventsOf(ROLES.sales)).toEqual([["identity.role.created", 1]]);
    expect(await eventsOf("01980000-0000-7000-8000-000000000100")).toEqual([["identity.settings.created", 1]]);
  });

  it("a second start makes and tells nothing more", async () => {
    const count = () => database.admin.query("SELECT count(*) FROM identity.outbox");
    const before = await count();
    const second = await startGateway(gateway.keysDir);
    expect((await second.request("GET", "/v1/me", { token })).status).toBe(200);
    await second.close();
    expect((await count()).rows).toEqual(before.rows);
  });

  describe("POST /v1/users", () => {
    it("answers 201 with the link of the invitation, and publishes the user", async () => {
      const { status, headers, body } = await send("POST", "/v1/users", {
        email: " Li.Na@Kehu.Example ".trim(),
        firstName: "娜",
        lastName: "李",
        roleIds: [ROLES.sales],
        language: "zh-CN",
        timeZone: "Asia/Shanghai",
        externalIds: [{ system: "zoho", id: "1001" }],
      });
      expect({ status, etag: headers.get("etag"), location: headers.get("location") }).toEqual({
        status: 201,
        etag: '"1"',
        location: `/v1/users/${body.id}`,
      });
      expect(body).toMatchObject({
        email: "li.na@kehu.example",
        name: "娜 李",
        status: "invited",
        ownerId: null,
        version: 1,
      });
      expect(body.invitationUrl).toMatch(/^https:\/\/crm\.example\/v1\/auth\/invitations\/[\w.-]+\/accept$/);
      expect(await eventsOf(body.id)).toEqual([["identity.user.invited", 1]]);
      expect((await send("GET", `/v1/users/${body.id}`)).body).not.toHaveProperty("invitationUrl");
    });

    it.each<[object, number, string]>([
      [{ lastName: "x" }, 422, "request.invalid"],
      [{ email: "no email", lastName: "x" }, 422, "request.invalid"],
      [{ email: "a@b.example" }, 422, "request.invalid"],
      [{ email: "a@b.example", lastName: "x", roleIds: [randomUUID()] }, 422, "reference.unknown"],
      [{ email: "a@b.example", lastName: "x", timeZone: "Moon/Base" }, 422, "request.invalid"],
      [{ email: ADMIN.email.toUpperCase(), lastName: "x" }, 409, "user.email-taken"],
    ])("refuses %j with %i %s", async (body, status, code) => {
      expect(await send("POST", "/v1/users", body)).toMatchObject({ status, body: { code } });
    });

    it.each(["id", "status", "version", "passwordHash", "isAdmin", "createdAt", "ownerId", "deletedAt", "name"])(
      "A09 refuses %s in the body",
      async (property) => {
        const body = { email: "a@b.example", lastName: "x", [property]: "x" };
        expect(await send("POST", "/v1/users", body)).toMatchObject({
          status: 400,
          body: { code: "request.malformed" },
        });
      },
    );

    it("A38 has one effect for one key, and shows the link again", async () => {
      const body = { email: "once@kehu.example", lastName: "Once" };
      const headers = { "idempotency-key": "invite-once" };
      const first = await send("POST", "/v1/users", body, headers);
      const second = await send("POST", "/v1/users", body, headers);
      expect([first.status, second.status, second.headers.get("idempotent-replayed")]).toEqual([201, 201, "true"]);
      expect(second.body.id).toBe(first.body.id);
      expect((await accept(second.body.invitationUrl)).status).toBe(200);
    });

    it("asks for the permission", async () => {
      const { invitationUrl } = await invite({ roleIds: [ROLES.sales] });
      const { body } = await accept(invitationUrl);
      const answer = await gateway.request("POST", "/v1/users", {
        token: body.accessToken,
        body: { email: "a@b.example", lastName: "x" },
      });
      expect(answer).toMatchObject({ status: 403, body: { code: "permission.denied" } });
      expect((await gateway.request("GET", "/v1/users", { token: body.accessToken })).status).toBe(200);
    });
  });

  describe("POST /v1/auth/invitations/:token/accept", () => {
    it("sets the password, signs in, and is good once", async () => {
      const user = await invite();
      const { status, body } = await accept(user.invitationUrl);
      expect(status).toBe(200);
      expect((await gateway.request("GET", "/v1/me", { token: body.accessToken })).body).toMatchObject({ id: user.id });
      expect(await eventsOf(user.id)).toEqual([
        ["identity.user.invited", 1],
        ["identity.user.activated", 2],
      ]);
      expect(await accept(user.invitationUrl, "another good password")).toMatchObject({
        status: 410,
        body: { code: "invitation.refused" },
      });
      expect((await gateway.login(user.email, PASSWORD)).accessToken).toEqual(expect.any(String));
    });

    it("lets one of ten at once succeed", async () => {
      const user = await invite();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => accept(user.invitationUrl, `${PASSWORD} ${i}`)),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 410)).toHaveLength(9);
    });

    it.each(["short", "password1234", "aaaaaaaaaaaaaa", "x".repeat(257)])(
      "refuses the password %j and stays good",
      async (password) => {
        const user = await invite();
        expect(await accept(user.invitationUrl, password)).toMatchObject({
          status: 422,
          body: { code: "password.weak" },
        });
        expect((await accept(user.invitationUrl)).status).toBe(200);
      },
    );

    it("A20 refuses a changed link, another user's signature, and the link after the email was changed", async () => {
      const [one, other] = [await invite(), await invite()];
      const [id, expires, mac] = new URL(one.invitationUrl).pathname.split("/")[4]!.split(".");
      const otherMac = new URL(other.invitationUrl).pathname.split("/")[4]!.split(".")[2];
      const later = (parseInt(expires!, 36) + 1).toString(36);
      for (const link of [
        `${id}.${expires}.${otherMac}`,
        `${id}.${later}.${mac}`,
        `${id}.${expires}.`,
        `${id}.${expires}`,
        "x.y.z",
        "x",
      ]) {
        expect((await accept(`https://x/v1/auth/invitations/${link}/accept`)).status).toBe(410);
      }
      await send("PATCH", `/v1/users/${one.id}`, { email: `${randomUUID()}@kehu.example` });
      expect((await accept(one.invitationUrl)).status).toBe(410);
      const renewed = await send("POST", `/v1/users/${one.id}/invitations`);
      expect(renewed.status).toBe(201);
      expect((await accept(renewed.body.invitationUrl)).status).toBe(200);
      expect((await send("POST", `/v1/users/${one.id}/invitations`)).status).toBe(409);
    });

    it("A20 takes the host of the link from the configuration", async () => {
      const { body } = await send(
        "POST",
        "/v1/users",
        { email: `${randomUUID()}@kehu.example`, lastName: "x" },
        { "x-forwarded-host": "evil.example" },
      );
      expect(new URL(body.invitationUrl).host).toBe("crm.example");
    });
  });

  describe("the life of a user", () => {
    it("PATCH, GET, history, DELETE, restore", async () => {
      const user = await invite();
      const patched = await send("PATCH", `/v1/users/${user.id}`, { firstName: "Ada" }, { "if-match": '"1"' });
      expect(patched).toMatchObject({ status: 200, body: { name: "Ada 李", version: 2 } });
      expect((await send("PATCH", `/v1/users/${user.id}`, { firstName: "Eva" }, { "if-match": '"1"' })).status).toBe(
        412,
      );
      expect((await send("PATCH", `/v1/users/${user.id}`, { firstName: "Ada" })).body.version).toBe(2);
      const history = await send<{ data: { field: string }[] }>("GET", `/v1/users/${user.id}/history`);
      expect(history.body.data.map(({ field }) => field)).toEqual(expect.arrayContaining(["firstName", "name"]));
      expect((await send("DELETE", `/v1/users/${user.id}`)).status).toBe(204);
      expect((await send("GET", `/v1/users/${user.id}`)).status).toBe(404);
      expect((await accept(user.invitationUrl)).status).toBe(410);
      expect((await send("POST", `/v1/users/${user.id}/restore`)).body.version).toBe(4);
      expect((await eventsOf(user.id)).map(([type]) => type)).toEqual([
        "identity.user.invited",
        "identity.user.updated",
        "identity.user.deleted",
        "identity.user.restored",
      ]);
    });

    it("moves between statuses as the table says, and nowhere else", async () => {
      const user = await invite();
      const move = async (verb: string) => {
        const { status, body } = await send("POST", `/v1/users/${user.id}/${verb}`);
        return status === 200 ? body.status : [status, body.allowed];
      };
      expect(await move("suspend")).toEqual([409, ["active"]]);
      expect(await move("reactivate")).toEqual([409, ["active"]]);
      await accept(user.invitationUrl);
      expect(await move("reactivate")).toEqual([409, ["suspended"]]);
      expect(await move("suspend")).toBe("suspended");
      expect(await move("suspend")).toEqual([409, ["active"]]);
      expect(await move("reactivate")).toBe("active");
    });

    it("A21 keeps the last active administrator", async () => {
      const { body: me } = await send<{ id: string }>("GET", "/v1/me");
      const last = { status: 409, body: { code: "user.last-administrator" } };
      expect(await send("DELETE", `/v1/users/${me.id}`)).toMatchObject(last);
      expect(await send("POST", `/v1/users/${me.id}/suspend`)).toMatchObject(last);
      expect(await send("PATCH", `/v1/users/${me.id}`, { roleIds: [ROLES.sales] })).toMatchObject(last);
      const bulk = await send<{ results: { outcome: string }[] }>("POST", "/v1/users/bulk", {
        operations: [{ op: "update", id: me.id, data: { roleIds: [] } }],
      });
      expect(bulk.body.results).toMatchObject([{ outcome: "failed", errors: [{ code: "user.last-administrator" }] }]);
    });

    it("of two administrators who remove each other at once one stays", async () => {
      const { body: me } = await send<{ id: string }>("GET", "/v1/me");
      const second = await invite({ roleIds: [ROLES.administrator] });
      const { body } = await accept(second.invitationUrl);
      const [one, two] = await Promise.all([
        gateway.request("PATCH", `/v1/users/${me.id}`, { token: body.accessToken, body: { roleIds: [] } }),
        send("PATCH", `/v1/users/${second.id}`, { roleIds: [] }),
      ]);
      expect([one.status, two.status].sort()).not.toEqual([200, 200]);
      const { rows } = await database.admin.query(
        "SELECT id FROM identity.app_user WHERE status = 'active' AND $1 = ANY(role_ids)",
        [ROLES.administrator],
      );
      expect(rows.length).toBeGreaterThan(0);
      await database.admin.query("UPDATE identity.app_user SET role_ids = ARRAY[$2::uuid] WHERE id = $1", [
        me.id,
        ROLES.administrator,
      ]);
      ({ accessToken: token } = await gateway.login());
    });
  });

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
      const { body } = await send<{ results: { outcome: string }[] }>("POST", "/v1/users/bulk", {
        operations,
        origin: "import",
      });
      return body.results.map(({ outcome }) => outcome);
    };
    expect(await outcomes()).toEqual(["created", "created", "created"]);
    expect(await outcomes()).toEqual(["unchanged", "unchanged", "unchanged"]);
    const list = await send<{ data: UserView[] }>(
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
        const { body } = await send<{ data: UserView[]; page: { nextCursor: string | null } }>(
          "GET",
          `/v1/users?limit=3&sort=name${query}`,
        );
        ids.push(...body.data.map(({ id }) => id));
        cursor = body.page.nextCursor;
      } while (cursor !== null);
      const { rows } = await database.admin.query(
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
      expect((await send("GET", `/v1/users?${query}`)).status).toBe(400);
    });
  });

  it("GET /v1/roles shows the built-in roles, by key, with their grants", async () => {
    const { body } = await send<{ data: { key: string; grants: Record<string, string> }[] }>("GET", "/v1/roles");
    expect(body.data.map(({ key }) => key).sort()).toEqual([
      "administrator",
      "integration",
      "manager",
      "marketing",
      "read-only",
      "sales",
      "service",
    ]);
    const sales = await send<{ data: { id: string; grants: object }[] }>("GET", "/v1/roles?filter[key]=sales");
    expect(sales.body.data).toMatchObject([
      { id: ROLES.sales, grants: { "sales.lead.write": "own", "identity.user.read": "all" } },
    ]);
    expect((await send("GET", `/v1/roles/${ROLES.readOnly}`)).body.grants).not.toHaveProperty([
      "customer.account.write",
    ]);
    expect((await send("PATCH", `/v1/roles/${ROLES.readOnly}`, { grants: {} })).status).toBe(405);
  });

  describe("/v1/settings", () => {
    it("GET, and PATCH with its event", async () => {
      const before = await send<{ version: number }>("GET", "/v1/settings");
      expect(before).toMatchObject({
        status: 200,
        body: { currency: "USD", timeZone: "UTC", country: "US", fiscalYearStart: 1 },
      });
      const after = await send("PATCH", "/v1/settings", {
        currency: "CNY",
        timeZone: "Asia/Shanghai",
        country: "CN",
        languages: ["zh-CN"],
      });
      expect(after).toMatchObject({
        status: 200,
        body: { currency: "CNY", languages: ["zh-CN"], version: before.body.version + 1 },
      });
      expect((await eventsOf(after.body.id)).at(-1)).toEqual(["identity.settings.updated", before.body.version + 1]);
    });

    it.each([
      { currency: "XXZ" },
      { timeZone: "Moon" },
      { country: "XX" },
      { languages: [] },
      { languages: ["fr"] },
      { fiscalYearStart: 13 },
    ])("refuses %j", async (body) => {
      expect((await send("PATCH", "/v1/settings", body)).status).toBe(422);
    });
  });

  it("tells every user, role and setting again as snapshots", async () => {
    for (const concept of ["identity.user", "identity.role", "identity.settings"]) {
      const { status, body } = await send<{ events: number }>("POST", "/v1/operations/gateway/snapshots", { concept });
      expect({ status, some: body.events > 0 }).toEqual({ status: 202, some: true });
    }
  });

  it("no row, event or log of the database shows a password", async () => {
    const { rows } = await database.admin.query("SELECT password_hash FROM identity.credential");
    expect(
      rows.every(({ password_hash }: { password_hash: string }) =>
        password_hash.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"),
      ),
    ).toBe(true);
    const events = await database.admin.query(
      "SELECT count(*)::int AS n FROM identity.outbox WHERE payload::text LIKE '%argon2%'",
    );
    expect(events.rows).toEqual([{ n: 0 }]);
  });
});
