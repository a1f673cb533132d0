import { ADMIN, eventually, publish } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { asked, entriesComing, entriesOf } from "./audit-trail.ts";
import { raw } from "./raw.ts";
import { PASSWORD, ROLES, System, type UserView } from "./system.ts";

const ID = "0199c1a0-0000-7000-8000-000000000001";
const ELSEWHERE = "203.0.113.9";

describe("the audit trail", () => {
  let system: System;
  let admin: { id: string };

  beforeAll(async () => {
    system = await System.start();
    ({ body: admin } = await system.send<{ id: string }>("GET", "/v1/me"));
  });
  afterAll(() => system.close());

  const ask = <B = { code: string }>(method: string, path: string, body?: unknown, token = system.token) =>
    asked<B>(system, method, path, { token, body });
  const entered = (requestId: string) => entriesOf(system.database, requestId);
  const coming = (requestId: string, count?: number) => entriesComing(system.database, requestId, count);
  const refusals = async () => {
    const { rows } = await system.database.admin.query<{ count: number }>(
      "SELECT count(*)::int FROM identity.audit_entry WHERE outcome = 'denied'",
    );
    return rows[0]!.count;
  };

  describe("of events", () => {
    it("has an entry of each, with actor, session, address and the names of what changed, without values", async () => {
      const email = `${randomUUID()}@kehu.example`;
      const body = { email, lastName: "欧阳", roleIds: [ROLES.sales] };
      const { body: user, requestId } = await ask<UserView>("POST", "/v1/users", body);
      const [entry] = await coming(requestId);
      expect(entry).toMatchObject({
        action: "identity.user.invited",
        outcome: "done",
        actor_type: "user",
        actor_id: admin.id,
        session_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        address: "127.0.0.1",
        record_type: "user",
        record_id: user.id,
        version: 1,
        changed: expect.arrayContaining(["email", "lastName", "roleIds"]),
        event_id: expect.any(String),
        status: null,
      });
      expect(JSON.stringify(entry)).not.toMatch(new RegExp(`${email}|欧阳`));
    });

    it("has an entry of what another service tells, once, and none of a snapshot", async () => {
      const [id, told] = [randomUUID(), randomUUID()];
      await publish(system.database, "customer.contact.created", { id }, 1, told);
      await publish(system.database, "customer.contact.snapshot", { id }, 1);
      await publish(system.database, "customer.contact.created", { id }, 1, told);
      await publish(system.database, "customer.contact.updated", { id }, 2);
      const find = () =>
        system.database.admin.query(
          "SELECT action, actor_type, address FROM identity.audit_entry WHERE record_id = $1",
          [id],
        );
      await eventually(async () => (await find()).rows.length >= 2);
      expect((await find()).rows).toEqual([
        { action: "customer.contact.created", actor_type: "system", address: null },
        { action: "customer.contact.updated", actor_type: "system", address: null },
      ]);
      // What the inbox forgets after weeks, the entry's own event id still knows.
      await system.database.admin.query("DELETE FROM identity.inbox WHERE event_id = $1", [told]);
      await publish(system.database, "customer.contact.created", { id }, 1, told);
      await publish(system.database, "customer.contact.updated", { id }, 3);
      await eventually(async () => (await find()).rows.length > 2);
      expect((await find()).rows).toHaveLength(3);
    });

    it("A45 keeps the order in which entries came where a clock was set back", async () => {
      const id = randomUUID();
      await publish(system.database, "sales.lead.created", { id }); // its time is in the past
      const [entry] = await eventually(async () => {
        const sql = "SELECT at, recorded_at FROM identity.audit_entry WHERE record_id = $1";
        const { rows } = await system.database.admin.query<{ at: Date; recorded_at: Date }>(sql, [id]);
        expect(rows).toHaveLength(1);
        return rows;
      });
      expect(entry!.at.toISOString()).toBe("2026-01-02T03:04:05.000Z");
      expect(Math.abs(entry!.recorded_at.getTime() - Date.now())).toBeLessThan(60_000);
    });

    it("gets what happened while the bus was away when it is back; what is written directly is there at once", async () => {
      const { admin: superuser } = system.database;
      await superuser.query("ALTER TABLE bus.position RENAME TO position_away");
      const { requestId } = await ask("POST", "/v1/users", { email: `${randomUUID()}@kehu.example`, lastName: "王" });
      const refused = await ask("GET", `/v1/users/${randomUUID()}`);
      expect(await entered(refused.requestId)).toHaveLength(1);
      await eventually(async () => {
        const { rows } = await superuser.query("SELECT 1 FROM identity.outbox WHERE published_at IS NULL");
        return rows.length === 0;
      });
      expect(await entered(requestId)).toEqual([]);
      await superuser.query("ALTER TABLE bus.position_away RENAME TO position");
      expect(await coming(requestId)).toMatchObject([{ action: "identity.user.invited", address: "127.0.0.1" }]);
    });
  });

  describe("of logins and sessions", () => {
    const login = (email: string, password: string) =>
      asked<{ accessToken: string; refreshToken: string }>(system, "POST", "/v1/auth/login", {
        body: { email, password },
      });
    const opened = { action: "identity.session.opened", outcome: "done", record_type: "session" };
    const ended = { action: "identity.session.ended", outcome: "done", record_type: "session" };

    it("has an entry of a login, with the session that it opened", async () => {
      const { requestId } = await login(ADMIN.email, ADMIN.password);
      const [entry, ...more] = await entered(requestId);
      expect(entry).toMatchObject({ ...opened, actor_id: admin.id, address: "127.0.0.1" });
      expect(entry!.session_id).toBe(entry!.record_id);
      expect(more).toEqual([]);
    });

    it("has an entry of a login that failed, with the account where there is one, and a refusal", async () => {
      const failed = { action: "identity.session.opened", outcome: "failed", actor_id: null, address: "127.0.0.1" };
      const denied = { action: "identity.request.refused", outcome: "denied", status: 401, code: "login.refused" };
      const { requestId } = await login(ADMIN.email, "not the password");
      expect(await entered(requestId)).toMatchObject([
        { ...failed, record_type: "user", record_id: admin.id },
        { ...denied, method: "POST", path: "/v1/auth/login" },
      ]);
      const stranger = await login("stranger@nowhere.example", "not the password");
      expect(await entered(stranger.requestId)).toMatchObject([{ ...failed, record_id: null }, denied]);
    });

    it("has an entry of an invitation that is taken up", async () => {
      const user = await system.invite({ roleIds: [ROLES.sales] });
      const { requestId } = await asked(system, "POST", new URL(user.invitationUrl).pathname, {
        body: { password: PASSWORD },
      });
      const entries = await coming(requestId, 2);
      expect(entries).toMatchObject([
        { ...opened, actor_id: user.id },
        { action: "identity.user.activated", actor_id: user.id, address: "127.0.0.1" },
      ]);
    });

    it("A18 has an entry of a refresh token that came twice, and of nothing else that is refreshed", async () => {
      const user = await system.user();
      const refresh = () => asked(system, "POST", "/v1/auth/refresh", { body: { refreshToken: user.refreshToken } });
      expect(await entered((await refresh()).requestId)).toEqual([]);
      expect(await entered((await refresh()).requestId)).toMatchObject([
        { action: "identity.session.refresh-reused", outcome: "failed", record_type: "session", address: "127.0.0.1" },
        { action: "identity.request.refused", code: "refresh.refused" },
      ]);
      expect(await entered((await refresh()).requestId)).toMatchObject([{ code: "refresh.refused" }]);
    });

    it("has an entry of a logout, and of each session that is ended", async () => {
      const user = await system.user();
      const tokens = [];
      for (let i = 0; i < 3; i++) tokens.push((await login(user.email, PASSWORD)).body.accessToken);
      const one = await ask("POST", "/v1/auth/logout", undefined, tokens[0]);
      expect(await entered(one.requestId)).toMatchObject([{ ...ended, actor_id: user.id, address: "127.0.0.1" }]);
      const others = await ask("DELETE", "/v1/me/sessions", undefined, tokens[1]);
      expect(await entered(others.requestId)).toMatchObject([ended, ended]);
      const { body } = await ask<{ data: { id: string }[] }>("GET", "/v1/me/sessions", undefined, tokens[1]);
      const last = await ask("DELETE", `/v1/users/${user.id}/sessions`);
      expect(await entered(last.requestId)).toMatchObject([
        { ...ended, actor_id: admin.id, record_id: body.data[0]!.id },
      ]);
    });

    it("has an entry of a password that is changed, and of one that is not", async () => {
      const user = await system.user();
      const change = (currentPassword: string) =>
        ask("POST", "/v1/me/password", { currentPassword, newPassword: "Neun rote Löffel" }, user.accessToken);
      await login(user.email, PASSWORD);
      const changed = { action: "identity.password.changed", actor_id: user.id, record_id: user.id };
      expect(await entered((await change("a wrong one")).requestId)).toMatchObject([{ ...changed, outcome: "failed" }]);
      expect(await entered((await change(PASSWORD)).requestId)).toMatchObject([{ ...changed, outcome: "done" }]);
    });
  });

  it("A45 says who it was by the token alone, and has nothing of what a request makes up", async () => {
    const user = await system.user();
    const headers = { "x-user-id": admin.id, "x-actor-id": admin.id, "x-forwarded-for": ELSEWHERE };
    const { requestId } = await asked(system, "GET", "/v1/roles/nothing?a={%22level%22:50}", {
      token: user.accessToken,
      headers: { ...headers, "user-agent": '\\n{"level":50,"msg":"forged"}' },
    });
    expect(await entered(requestId)).toEqual([]); // 400: the id is none
    const denied = await asked(system, "DELETE", `/v1/roles/${ID}`, { token: user.accessToken, headers });
    const [entry] = await entered(denied.requestId);
    expect(entry).toMatchObject({ actor_id: user.id, address: "127.0.0.1", path: "/v1/roles/{id}", record_id: ID });
    const before = await refusals();
    const { status } = await raw(system, 'GET /v1/accounts/%0a{"level":50} HTTP/1.1');
    expect({ status, entries: await refusals() }).toEqual({ status: 400, entries: before });
  });

  it("A45 holds no password, no token, no address of a person", async () => {
    const { rows } = await system.database.admin.query<{ text: string }>(
      "SELECT string_agg(e::text, E'\\n') AS text FROM identity.audit_entry e",
    );
    expect(rows[0]!.text.length).toBeGreaterThan(1_000);
    for (const secret of [ADMIN.email, ADMIN.password, PASSWORD, "not the password", system.token, "nowhere.example"])
      expect(rows[0]!.text).not.toContain(secret);
    expect(rows[0]!.text).not.toMatch(/@|eyJ/);
  });
});
