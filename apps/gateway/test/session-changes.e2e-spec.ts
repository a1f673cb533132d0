import { eventually, type TestGateway } from "@kehu/testing";
import { setTimeout as wait } from "node:timers/promises";
import { ROLES, startReplica, System } from "./system.ts";

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

describe("changes of sessions, users and roles", () => {
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

  const me = (token: string, at = system.gateway) => at.request("GET", "/v1/me", { token });
  const refresh = (refreshToken: string, at = system.gateway) =>
    at.request<Tokens>("POST", "/v1/auth/refresh", { body: { refreshToken } });

  describe("what changes, at every replica within 2 s", () => {
    it.each([
      ["suspend", (id: string) => system.gateway.request("POST", `/v1/users/${id}/suspend`, { token: system.token })],
      ["delete", (id: string) => system.gateway.request("DELETE", `/v1/users/${id}`, { token: system.token })],
    ])("A17 a token of a user: %s", async (_name, act) => {
      const user = await system.user();
      expect((await me(user.accessToken, replica)).status).toBe(200);
      expect((await replica.request("GET", "/v1/accounts", { token: user.accessToken })).status).toBe(200);
      expect((await act(user.id)).status).toBeLessThan(300);
      expect((await me(user.accessToken)).status).toBe(401);
      await eventually(async () => (await me(user.accessToken, replica)).status === 401, 2_000);
      expect((await replica.request("GET", "/v1/accounts", { token: user.accessToken })).status).toBe(401);
      expect((await refresh(user.refreshToken)).status).toBe(401);
    });

    it("A17 a role changed after the token was issued", async () => {
      const user = await system.user();
      expect((await replica.request("GET", "/v1/accounts", { token: user.accessToken })).status).toBe(200);
      await system.gateway.request("PATCH", `/v1/users/${user.id}`, { token: system.token, body: { roleIds: [] } });
      await eventually(
        async () => (await replica.request("GET", "/v1/accounts", { token: user.accessToken })).status === 403,
        2_000,
      );
      await system.gateway.request("PATCH", `/v1/users/${user.id}`, {
        token: system.token,
        body: { roleIds: [ROLES.administrator] },
      });
      await eventually(
        async () => (await replica.request("DELETE", "/v1/accounts/1", { token: user.accessToken })).status === 204,
        2_000,
      );
    });

    it("also without a wake-up, by the poll", async () => {
      const user = await system.user();
      expect((await me(user.accessToken)).status).toBe(200);
      await system.database.admin.query("UPDATE identity.app_user SET status = 'suspended' WHERE id = $1", [user.id]);
      await eventually(async () => (await me(user.accessToken)).status === 401, 2_000);
    });

    it("also after the connection that listens was cut", async () => {
      await system.database.admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'LISTEN auth_change%'`,
      );
      const user = await system.user();
      expect((await me(user.accessToken, replica)).status).toBe(200);
      await system.gateway.request("POST", `/v1/users/${user.id}/suspend`, { token: system.token });
      await eventually(async () => (await me(user.accessToken, replica)).status === 401, 2_000);
    });
  });

  it("answers 503 when it has been blind for 10 s, and works again when it sees", async () => {
    const user = await system.user();
    const { body: made } = await system.gateway.request<{ key: string }>("POST", "/v1/api-keys", {
      token: user.accessToken,
      body: { name: "ERP", grants: { "customer.account.read": "own" } },
    });
    const byKey = async () => (await system.gateway.request("GET", "/v1/accounts", { token: made.key })).status;
    expect(await byKey()).toBe(200);
    await system.database.admin.query("ALTER TABLE identity.auth_change RENAME TO away");
    try {
      expect((await me(user.accessToken)).status).toBe(200);
      await eventually(async () => {
        await wait(200);
        return (await me(user.accessToken)).status === 503;
      }, 13_000);
      expect((await system.gateway.request("GET", "/v1/accounts", { token: user.accessToken })).status).toBe(503);
      expect(await byKey()).toBe(503);
      expect((await system.gateway.request("GET", "/health/ready")).status).toBe(503);
      expect((await system.gateway.request("GET", "/health/live")).status).toBe(200);
    } finally {
      await system.database.admin.query("ALTER TABLE identity.away RENAME TO auth_change");
    }
    await eventually(async () => (await me(user.accessToken)).status === 200, 3_000);
    expect(await byKey()).toBe(200);
  });
});
