import { eventually, type TestGateway } from "@kehu/testing";
import { PASSWORD, startReplica, System } from "./system.ts";

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

interface SessionView {
  id: string;
  createdAt: string;
  lastUsedAt: string;
  current?: boolean;
}

describe("open sessions", () => {
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

  const login = async (email: string, password = PASSWORD) => {
    const answer = await system.gateway.request<Tokens>("POST", "/v1/auth/login", { body: { email, password } });
    return answer.body.accessToken;
  };
  const send = <B = unknown>(token: string, method: string, path: string, body?: object) =>
    system.gateway.request<B>(method, path, { token, body });
  const sessionsOf = async (token: string) =>
    (await send<{ data: SessionView[] }>(token, "GET", "/v1/me/sessions")).body.data;
  const isOpen = async (token: string, at = system.gateway) =>
    (await at.request("GET", "/v1/me", { token })).status === 200;

  it("are listed, the youngest first, with the one that asks marked", async () => {
    const user = await system.user();
    const second = await login(user.email);
    const sessions = await sessionsOf(user.accessToken);
    expect(sessions.map(({ current }) => current)).toEqual([false, true]);
    expect(sessions[0]).toMatchObject({ createdAt: sessions[0]!.lastUsedAt });
    await system.gateway.request("POST", "/v1/auth/refresh", { body: { refreshToken: user.refreshToken } });
    const [, refreshed] = await sessionsOf(second);
    expect(Date.parse(refreshed!.lastUsedAt)).toBeGreaterThan(Date.parse(refreshed!.createdAt));
    expect(JSON.stringify(sessions)).not.toContain(user.refreshToken);
  });

  it("end one by one, by their owner only, at every replica within 2 s", async () => {
    const [user, stranger] = [await system.user(), await system.user()];
    const second = await login(user.email);
    expect(await isOpen(second, replica)).toBe(true);
    const { id } = (await sessionsOf(second)).find(({ current }) => current)!;
    expect((await send(stranger.accessToken, "DELETE", `/v1/me/sessions/${id}`)).status).toBe(404);
    expect(await isOpen(second)).toBe(true);
    expect((await send(user.accessToken, "DELETE", `/v1/me/sessions/${id}`)).status).toBe(204);
    expect(await isOpen(second)).toBe(false);
    await eventually(async () => !(await isOpen(second, replica)), 2_000);
    expect(await isOpen(user.accessToken)).toBe(true);
    expect((await send(user.accessToken, "DELETE", `/v1/me/sessions/${id}`)).status).toBe(404);
  });

  it("end all but the one that asks", async () => {
    const user = await system.user();
    const others = [await login(user.email), await login(user.email)];
    expect((await send(user.accessToken, "DELETE", "/v1/me/sessions")).status).toBe(204);
    expect(await Promise.all(others.map((token) => isOpen(token)))).toEqual([false, false]);
    expect(await sessionsOf(user.accessToken)).toHaveLength(1);
  });

  it("of others are seen and ended by who may change users", async () => {
    const [user, stranger] = [await system.user(), await system.user()];
    const path = `/v1/users/${user.id}/sessions`;
    expect((await send(stranger.accessToken, "GET", path)).status).toBe(403);
    expect((await send(stranger.accessToken, "DELETE", path)).status).toBe(403);
    expect((await system.send<{ data: object[] }>("GET", path)).body.data).toHaveLength(1);
    expect((await system.send("DELETE", path)).status).toBe(204);
    expect(await isOpen(user.accessToken)).toBe(false);
    expect(
      (await system.gateway.request("POST", "/v1/auth/refresh", { body: { refreshToken: user.refreshToken } })).status,
    ).toBe(401);
  });

  it("of somebody who is not there are no sessions, but 404", async () => {
    const gone = await system.user();
    expect((await system.send("DELETE", `/v1/users/${gone.id}`)).status).toBe(204);
    for (const id of [gone.id, "01980000-0000-7000-8000-00000000dead"]) {
      expect(await system.send("GET", `/v1/users/${id}/sessions`)).toMatchObject({ status: 404 });
      expect(await system.send("DELETE", `/v1/users/${id}/sessions`)).toMatchObject({ status: 404 });
    }
  });

  describe("POST /v1/me/password", () => {
    const CHANGED = "Acht blaue Teller";
    const change = (token: string, currentPassword: string, newPassword: string) =>
      send<{ code: string }>(token, "POST", "/v1/me/password", { currentPassword, newPassword });

    it("changes the password, and ends the user's other sessions", async () => {
      const user = await system.user();
      const other = await login(user.email);
      expect((await change(user.accessToken, PASSWORD, CHANGED)).status).toBe(204);
      expect(await isOpen(user.accessToken)).toBe(true);
      expect(await isOpen(other)).toBe(false);
      expect(await login(user.email)).toBeUndefined();
      expect(await isOpen(await login(user.email, CHANGED))).toBe(true);
    });

    it("asks for the present one", async () => {
      const user = await system.user();
      expect(await change(user.accessToken, "not this one at all", CHANGED)).toMatchObject({
        status: 422,
        body: { code: "password.wrong", errors: [{ field: "currentPassword" }] },
      });
      expect(await isOpen(await login(user.email))).toBe(true);
    });

    it("refuses a weak one, and names it", async () => {
      const user = await system.user();
      expect(await change(user.accessToken, PASSWORD, "short")).toMatchObject({
        status: 422,
        body: { code: "password.weak", errors: [{ field: "newPassword" }] },
      });
      expect(await isOpen(await login(user.email))).toBe(true);
    });

    it("of two changes at once one wins", async () => {
      const user = await system.user();
      const answers = await Promise.all(
        [CHANGED, `${CHANGED} 2`].map((wanted) => change(user.accessToken, PASSWORD, wanted)),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    });
  });
});
