import { eventually, type TestGateway } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { PASSWORD, ROLES, startReplica, System } from "./system.ts";
import type { Arrival } from "./upstream.ts";

interface KeyView {
  id: string;
  version: number;
  key: string;
  prefix: string;
  name: string;
  grants: Record<string, string>;
  ownerId: string;
  ownerName: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
  errors: { field: string }[];
  code: string;
}

const READ_ACCOUNTS = { "customer.account.read": "all" };

describe("API keys", () => {
  let system: System;
  let replica: TestGateway;

  beforeAll(async () => {
    system = await System.start();
    replica = await startReplica(system.gateway.keysDir);
  });
  afterAll(async () => {
    await replica.close();
    await system.close();
  });

  const send = <B = KeyView>(token: string, method: string, path: string, body?: object, headers?: object) =>
    system.gateway.request<B>(method, path, { token, body, headers: headers as Record<string, string> });
  const make = async (token: string, data: object = {}) => {
    const answer = await send(token, "POST", "/v1/api-keys", { name: "ERP", grants: READ_ACCOUNTS, ...data });
    expect(answer).toMatchObject({ status: 201 });
    return answer.body;
  };
  const statusOf = async (key: string, at = system.gateway) =>
    (await at.request("GET", "/v1/accounts", { token: key })).status;
  /** What the service behind the gateway is told of the caller. */
  const arrivalOf = async (key: string) => {
    expect((await system.gateway.request("GET", "/v1/own", { token: key })).status).toBe(200);
    return (system.customer.arrivals.at(-1) as Arrival).who!;
  };

  describe("POST /v1/api-keys", () => {
    it("answers with the key, once, and the key calls as its owner", async () => {
      const user = await system.user([ROLES.manager]);
      const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
      const made = await send(user.accessToken, "POST", "/v1/api-keys", {
        name: "财务系统",
        grants: { "customer.account.read": "all", "customer.account.write": "own" },
        expiresAt,
      });
      expect(made).toMatchObject({ status: 201, body: { name: "财务系统", ownerId: user.id, expiresAt, version: 1 } });
      expect(made.headers.get("cache-control")).toBe("no-store");
      expect(made.headers.get("location")).toBe(`/v1/api-keys/${made.body.id}`);
      expect(made.body.key).toMatch(new RegExp(`^kehu_${made.body.prefix}_[\\w-]{43}$`));
      expect(await arrivalOf(made.body.key)).toMatchObject({
        actorType: "api-key",
        actorId: user.id,
        sessionId: made.body.id,
        grants: { "customer.account.read": "all", "customer.account.write": "own" },
      });
      expect(await statusOf(made.body.key)).toBe(200);
      const shown = await send(user.accessToken, "GET", `/v1/api-keys/${made.body.id}`);
      expect(shown.body).toMatchObject({ prefix: made.body.prefix, ownerName: user["name"] });
      expect(shown.body).not.toHaveProperty("key");
    });

    it("keeps the key nowhere, in no table, event, history or stored reply", async () => {
      const user = await system.user();
      const headers = { "idempotency-key": randomUUID() };
      const body = { name: "ERP", grants: { "customer.account.read": "own" } };
      const first = await send(user.accessToken, "POST", "/v1/api-keys", body, headers);
      const again = await send(user.accessToken, "POST", "/v1/api-keys", body, headers);
      expect(again).toMatchObject({ status: 201, body: { ...first.body, key: null } });
      expect(again.headers.get("idempotent-replayed")).toBe("true");
      const { rows: tables } = await system.database.admin.query<{ name: string }>(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('identity', 'bus')",
      );
      const secret = first.body.key.split("_").slice(2).join("_");
      for (const { name } of tables) {
        const { rows } = await system.database.admin.query(`SELECT 1 FROM ${name} t WHERE t::text LIKE $1`, [
          `%${secret}%`,
        ]);
        expect({ name, rows }).toEqual({ name, rows: [] });
      }
      const { rows } = await system.database.admin.query<{ hash: string }>(
        "SELECT secret_hash AS hash FROM identity.api_key WHERE id = $1",
        [first.body.id],
      );
      const told = await system.database.admin.query(
        `SELECT 1 FROM identity.outbox WHERE payload LIKE $1 UNION ALL
         SELECT 1 FROM identity.history h WHERE h::text LIKE $1 UNION ALL
         SELECT 1 FROM identity.idempotent_reply r WHERE r::text LIKE $1`,
        [`%${rows[0]!.hash}%`],
      );
      expect(told.rows).toEqual([]);
    });

    it("A21 grants nothing that its maker does not have", async () => {
      const user = await system.user();
      for (const grants of [
        { "customer.account.read": "all" },
        { "identity.user.write": "all" },
        { "customer.account.import": "own" },
      ])
        expect(await send(user.accessToken, "POST", "/v1/api-keys", { name: "x", grants })).toMatchObject({
          status: 403,
          body: { code: "api-key.beyond-own" },
        });
      const { id } = await make(user.accessToken, { grants: { "customer.account.read": "own" } });
      const wider = await send(user.accessToken, "PATCH", `/v1/api-keys/${id}`, { grants: READ_ACCOUNTS });
      expect(wider).toMatchObject({ status: 403, body: { code: "api-key.beyond-own" } });
    });

    it.each<[object, number, string]>([
      [{ name: " " }, 422, "name"],
      [{ grants: { "customer.account.raed": "all" } }, 422, "grants.customer.account.raed"],
      [{ grants: { "customer.account.read": "everything" } }, 422, "grants.customer.account.read"],
      [{ grants: [] }, 400, "grants"],
      [{ expiresAt: "2020-01-01T00:00:00Z" }, 422, "expiresAt"],
      [{ expiresAt: "2999-01-01T00:00:00Z" }, 422, "expiresAt"],
      [{ expiresAt: "tomorrow" }, 422, "expiresAt"],
      [{ ownerId: ROLES.sales }, 400, "ownerId"],
      [{ key: "kehu_x" }, 400, "key"],
      [{ secretHash: "x" }, 400, "secretHash"],
    ])("refuses %j and names the field", async (data, status, field) => {
      const answer = await system.send<KeyView>("POST", "/v1/api-keys", {
        name: "x",
        grants: READ_ACCOUNTS,
        ...data,
      });
      expect({ status: answer.status, field: answer.body.errors[0]?.field }).toEqual({ status, field });
    });

    it("lets one user have 100 that work, also when he makes many at once", async () => {
      const user = await system.user();
      await system.database.admin.query(
        `INSERT INTO identity.api_key (id, version, owner_id, created_at, updated_at, external_ids, name, prefix, secret_hash, grants)
         SELECT gen_random_uuid(), 1, $1, now(), now(), '[]', 'old', 'many-' || n, '', '{}' FROM generate_series(1, 98) n`,
        [user.id],
      );
      // Counting goes on while nobody can insert, so that all five are at it at once.
      let sent: Promise<{ status: number }[]>;
      await system.whileLocked("LOCK TABLE identity.api_key IN SHARE MODE", async (waiting) => {
        sent = Promise.all(
          Array.from({ length: 5 }, () => send(user.accessToken, "POST", "/v1/api-keys", { name: "x", grants: {} })),
        );
        await eventually(async () => (await waiting("%api_key%")) === 5);
      });
      const answers = await sent!;
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409]);
    });
  });

  describe("what a key may do", () => {
    it("is what it was given, as far as its owner may do it now, at every replica within 2 s", async () => {
      const user = await system.user([ROLES.manager]);
      const { key } = await make(user.accessToken, { grants: { ...READ_ACCOUNTS, "customer.contact.read": "own" } });
      expect(await statusOf(key, replica)).toBe(200);
      await system.send("PATCH", `/v1/users/${user.id}`, { roleIds: [ROLES.sales] });
      expect((await arrivalOf(key)).grants).toEqual({ "customer.account.read": "own", "customer.contact.read": "own" });
      await system.send("PATCH", `/v1/users/${user.id}`, { roleIds: [] });
      expect((await arrivalOf(key)).grants).toEqual({});
      await eventually(async () => (await statusOf(key, replica)) === 403, 2_000);
      await system.send("PATCH", `/v1/users/${user.id}`, { roleIds: [ROLES.administrator] });
      expect((await arrivalOf(key)).grants).toEqual({ "customer.account.read": "all", "customer.contact.read": "own" });
    });

    it("also narrows at the gateway's own routes", async () => {
      const reader = await make(system.token, { grants: { "identity.user.read": "all" } });
      expect((await send(reader.key, "GET", "/v1/users")).status).toBe(200);
      expect((await send(reader.key, "GET", "/v1/roles")).status).toBe(403);
      expect((await send(reader.key, "POST", "/v1/users", { email: "a@b.example", lastName: "x" })).status).toBe(403);
    });

    it("A21 a key gives no role that may do more than the key", async () => {
      const { key } = await make(system.token, {
        grants: { "identity.user.write": "all", "identity.user.read": "all" },
      });
      const invite = (roleIds: string[]) =>
        send(key, "POST", "/v1/users", { email: `${randomUUID()}@kehu.example`, lastName: "x", roleIds });
      expect(await invite([ROLES.sales])).toMatchObject({ status: 403, body: { code: "role.beyond-own" } });
      expect((await invite([])).status).toBe(201);
    });

    it("A21 a key gives no role by which a person would see what the key is not shown", async () => {
      const reading = {
        "customer.account.read": "all",
        "customer.contact.read": "all",
        "customer.contact.reveal": "all",
      };
      const { key } = await make(system.token, { grants: { ...reading, "identity.user.write": "all" } });
      const roleOf = async (name: string, permission: string) =>
        (await system.send("POST", "/v1/roles", { name, grants: { [permission]: "all" } })).body.id;
      const invite = (roleId: string, token: string) =>
        send(token, "POST", "/v1/users", { email: `${randomUUID()}@kehu.example`, lastName: "x", roleIds: [roleId] });
      const ofContacts = await roleOf("contacts", "customer.contact.read");
      expect(await invite(ofContacts, key)).toMatchObject({ status: 403, body: { code: "role.beyond-own" } });
      expect((await invite(ofContacts, system.token)).status).toBe(201);
      expect((await invite(await roleOf("accounts", "customer.account.read"), key)).status).toBe(201);
    });

    it("never is what people do for themselves, nor ending sessions of others", async () => {
      const grants = { "identity.user.write": "all", "identity.api-key.read": "all", "identity.api-key.write": "all" };
      const { id, key } = await make(system.token, { grants });
      const user = await system.user();
      const attempts: [string, string, object?][] = [
        ["GET", "/v1/me"],
        ["GET", "/v1/me/permissions"],
        ["GET", "/v1/me/sessions"],
        ["DELETE", "/v1/me/sessions"],
        ["POST", "/v1/me/password", { currentPassword: PASSWORD, newPassword: "another good password" }],
        ["POST", "/v1/auth/logout"],
        ["GET", "/v1/api-keys"],
        ["GET", `/v1/api-keys/${id}`],
        ["POST", "/v1/api-keys", { name: "x", grants: {} }],
        ["PATCH", `/v1/api-keys/${id}`, { expiresAt: null }],
        ["DELETE", `/v1/api-keys/${id}`],
        ["DELETE", `/v1/users/${user.id}/sessions`],
      ];
      for (const [method, path, body] of attempts)
        expect({ path, ...(await send(key, method, path, body)) }).toMatchObject({
          path,
          status: 403,
          body: { code: "api-key.not-allowed" },
        });
      expect((await send(user.accessToken, "GET", "/v1/me")).status).toBe(200);
    });

    it("is told as the owner's doing, through the key", async () => {
      const { id, key } = await make(system.token, {
        grants: { "identity.team.read": "all", "identity.team.write": "all" },
      });
      const { body: me } = await system.send<{ id: string; name: string }>("GET", "/v1/me");
      const { body: team } = await send(key, "POST", "/v1/teams", { name: "华南" });
      const { rows } = await system.database.admin.query<{ event: object }>(
        "SELECT payload::json AS event FROM identity.outbox WHERE key = $1",
        [team.id],
      );
      expect(rows[0]!.event).toMatchObject({ actortype: "api-key", actorid: me.id, sessionid: id });
    });
  });

  describe("a key ends", () => {
    /** Has both replicas learn of all changes so far, so that only the next one can make them forget. */
    const settle = async (userId: string) => {
      for (const at of [system.gateway, replica])
        await at.request("PATCH", `/v1/users/${userId}`, { token: system.token, body: {} });
    };

    it.each<[string, (key: KeyView, owner: { id: string; accessToken: string }) => Promise<unknown>]>([
      ["revoked by its owner", (key, owner) => send(owner.accessToken, "DELETE", `/v1/api-keys/${key.id}`)],
      ["revoked by an administrator", (key) => system.send("DELETE", `/v1/api-keys/${key.id}`)],
      ["its owner suspended", (_key, owner) => system.send("POST", `/v1/users/${owner.id}/suspend`)],
      ["its owner deleted", (_key, owner) => system.send("DELETE", `/v1/users/${owner.id}`)],
      [
        "its time come",
        (key, owner) =>
          send(owner.accessToken, "PATCH", `/v1/api-keys/${key.id}`, {
            expiresAt: new Date(Date.now() + 500).toISOString(),
          }),
      ],
      [
        "its row changed by hand",
        (key) => system.database.admin.query("UPDATE identity.api_key SET revoked_at = now() WHERE id = $1", [key.id]),
      ],
    ])("%s, at every replica within 2 s", async (_name, end) => {
      const user = await system.user();
      const made = await make(user.accessToken, { grants: { "customer.account.read": "own" } });
      await settle(user.id);
      expect([await statusOf(made.key), await statusOf(made.key, replica)]).toEqual([200, 200]);
      await end(made, user);
      await eventually(async () => (await statusOf(made.key)) === 401, 2_000);
      await eventually(async () => (await statusOf(made.key, replica)) === 401, 2_000);
    });

    it("for good, and stays to be seen", async () => {
      const user = await system.user();
      const { id } = await make(user.accessToken, { grants: {} });
      expect((await send(user.accessToken, "DELETE", `/v1/api-keys/${id}`)).status).toBe(204);
      expect((await send(user.accessToken, "DELETE", `/v1/api-keys/${id}`)).status).toBe(204);
      const { body } = await send(user.accessToken, "GET", `/v1/api-keys/${id}`);
      expect(body.revokedAt).not.toBeNull();
      expect(await send(user.accessToken, "PATCH", `/v1/api-keys/${id}`, { name: "again" })).toMatchObject({
        status: 409,
        body: { code: "api-key.revoked" },
      });
      expect(await system.eventsOf(id)).toEqual([
        ["identity.api-key.created", 1],
        ["identity.api-key.revoked", 2],
      ]);
    });
  });

  it("A01 A02 others' keys are absent, but for those who may see and revoke them, and they change none", async () => {
    const [owner, stranger] = [await system.user(), await system.user([ROLES.readOnly])];
    const { id } = await make(owner.accessToken, { grants: {} });
    const path = `/v1/api-keys/${id}`;
    const absent = await send(stranger.accessToken, "GET", `/v1/api-keys/${randomUUID()}`);
    for (const answer of [
      await send(stranger.accessToken, "GET", path),
      await send(stranger.accessToken, "GET", `${path}/history`),
      await send(stranger.accessToken, "PATCH", path, { name: "x" }),
      await send(stranger.accessToken, "DELETE", path),
    ])
      expect(answer).toMatchObject({ status: 404, body: { ...absent.body, traceId: expect.any(String) as string } });
    const idsOf = async (token: string) =>
      (await send<{ data: KeyView[] }>(token, "GET", "/v1/api-keys?limit=200")).body.data.map((key) => key.id);
    expect(await idsOf(stranger.accessToken)).toEqual([]);
    expect(await idsOf(owner.accessToken)).toEqual([id]);
    expect(await idsOf(system.token)).toContain(id);
    expect((await system.send("PATCH", path, { name: "x" })).status).toBe(403);
    expect((await send(owner.accessToken, "GET", path)).body).toMatchObject({ name: "ERP", version: 1 });
    expect((await system.send("DELETE", path)).status).toBe(204);
  });

  it("PATCH changes name, grants and expiry, with If-Match and history", async () => {
    const user = await system.user();
    const { id } = await make(user.accessToken, {
      grants: { "customer.account.read": "own", "customer.contact.read": "own" },
    });
    const patch = { name: "仓库", grants: { "customer.contact.read": null } };
    const stale = await send(user.accessToken, "PATCH", `/v1/api-keys/${id}`, patch, { "if-match": '"7"' });
    expect(stale.status).toBe(412);
    const changed = await send(user.accessToken, "PATCH", `/v1/api-keys/${id}`, patch, { "if-match": '"1"' });
    expect(changed).toMatchObject({
      status: 200,
      body: { name: "仓库", grants: { "customer.account.read": "own" }, version: 2 },
    });
    const { body } = await send<{ data: { field: string }[] }>(
      user.accessToken,
      "GET",
      `/v1/api-keys/${id}/history?limit=10`,
    );
    expect(body.data.map(({ field }) => field)).toEqual(expect.arrayContaining(["name", "grants", null]) as unknown);
  });

  it("notes its last use at most once a minute, and no request waits for that", async () => {
    const user = await system.user();
    const { id, key } = await make(user.accessToken, { grants: { "customer.account.read": "own" } });
    const lastUse = async () => (await send(user.accessToken, "GET", `/v1/api-keys/${id}`)).body.lastUsedAt;
    expect(await lastUse()).toBeNull();
    await system.whileLocked(`SELECT 1 FROM identity.api_key WHERE id = '${id}' FOR UPDATE`, async (waiting) => {
      for (let i = 0; i < 3; i++) expect(await statusOf(key)).toBe(200);
      expect(await eventually(async () => (await waiting("%SET last_used_at%")) || false)).toBe(1);
      expect(await lastUse()).toBeNull();
    });
    const first = await eventually(async () => (await lastUse()) ?? false);
    expect(await statusOf(key, replica)).toBe(200);
    for (let i = 0; i < 10; i++) expect(await statusOf(key)).toBe(200);
    expect((await send(user.accessToken, "GET", `/v1/api-keys/${id}`)).body).toMatchObject({
      lastUsedAt: first,
      version: 1,
    });
  });
});
