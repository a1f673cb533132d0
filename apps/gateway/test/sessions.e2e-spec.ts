import { ADMIN, eventually, type TestGateway } from "@kehu/testing";
import { PASSWORD, ROLES, startReplica, System } from "./system.ts";

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

describe("sessions", () => {
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

  describe("POST /v1/auth/login", () => {
    it("answers with tokens, and GET /v1/me with the user and his permissions", async () => {
      const answer = await system.gateway.request("POST", "/v1/auth/login", {
        body: { email: ` ${ADMIN.email.toUpperCase()}`, password: ADMIN.password },
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.body).toEqual({
        accessToken: expect.any(String) as string,
        refreshToken: expect.any(String) as string,
        tokenType: "Bearer",
        expiresIn: 900,
      });
      const { body } = await me(answer.body.accessToken as string);
      expect(body).toMatchObject({
        email: ADMIN.email,
        roleIds: [ROLES.administrator],
        permissions: { "identity.user.write": "all" },
      });
    });

    it("answers alike for a wrong password, an unknown user, an invited one and a suspended one", async () => {
      const suspended = await system.user();
      expect(
        (await system.gateway.request("POST", `/v1/users/${suspended.id}/suspend`, { token: system.token })).status,
      ).toBe(200);
      await system.gateway.request("POST", "/v1/users", {
        token: system.token,
        body: { email: "invited@kehu.example", lastName: "Invited" },
      });
      const attempts = [
        { email: ADMIN.email, password: "not this one at all" },
        { email: "nobody@kehu.example", password: PASSWORD },
        { email: "invited@kehu.example", password: PASSWORD },
        { email: suspended.email, password: PASSWORD },
      ];
      for (const body of attempts) {
        const answer = await system.gateway.request("POST", "/v1/auth/login", { body });
        expect({ ...answer.body, traceId: "" }).toEqual({
          type: "urn:kehu:problem:login.refused",
          title: expect.any(String) as string,
          status: 401,
          code: "login.refused",
          detail: "Email and password do not belong to an active user.",
          traceId: "",
        });
      }
    });

    it("A19 takes as long for an unknown user as for a wrong password", async () => {
      const users = [await system.user(), await system.user()];
      const time = async (email: string) => {
        const start = performance.now();
        await system.gateway.request("POST", "/v1/auth/login", { body: { email, password: "not this one at all" } });
        return performance.now() - start;
      };
      const known: number[] = [];
      const unknown: number[] = [];
      for (let i = 0; i < 8; i++) {
        known.push(await time(users[i % 2]!.email));
        unknown.push(await time(`nobody-${i % 2}@kehu.example`));
      }
      const median = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 1]!;
      expect(median(unknown)).toBeGreaterThan(median(known) / 2);
      expect(median(unknown)).toBeLessThan(median(known) * 2);
    });

    it("A19 slows an account under attack and closes it to the attacker, in every spelling, and to nobody else", async () => {
      const user = await system.user();
      const [name, host] = user.email.split("@") as [string, string];
      const spellings = [user.email, user.email.toUpperCase(), `${name}+x@${host}`, ` ${user.email} `];
      const attack = (i: number) =>
        system.gateway.request("POST", "/v1/auth/login", {
          body: { email: spellings[i % 4]!, password: `guess number ${i}` },
        });
      const statuses = await Promise.all(Array.from({ length: 40 }, (_, i) => attack(i).then(({ status }) => status)));
      expect(new Set(statuses)).toEqual(new Set([401]));
      const closed = await attack(0);
      expect(closed).toMatchObject({ status: 429, body: { code: "login.too-many-failures" } });
      expect(Number(closed.headers.get("retry-after"))).toBeGreaterThan(0);
      const start = performance.now();
      expect(
        (await replica.request("POST", "/v1/auth/login", { body: { email: user.email, password: PASSWORD } })).status,
      ).toBe(200);
      expect(performance.now() - start).toBeLessThan(5_000);
    });

    it.each([
      [{}, 422],
      [{ email: ADMIN.email }, 422],
      [{ email: ADMIN.email, password: 5 }, 400],
      [{ email: { $gt: "" }, password: { $gt: "" } }, 400],
      [{ email: ADMIN.email, password: ADMIN.password, admin: true }, 400],
      [[], 400],
    ])("A24 refuses %j with %i", async (body, status) => {
      expect((await system.gateway.request("POST", "/v1/auth/login", { body })).status).toBe(status);
    });
  });

  describe("POST /v1/auth/refresh", () => {
    it("rotates: the new tokens work, and so on", async () => {
      let { refreshToken } = await system.user();
      for (let i = 0; i < 3; i++) {
        const { status, body } = await refresh(refreshToken);
        expect(status).toBe(200);
        expect((await me(body.accessToken)).status).toBe(200);
        refreshToken = body.refreshToken;
      }
    });

    it("A18 revokes the family when a token is used twice, at every replica, and leaves the user's other sessions alone", async () => {
      const user = await system.user();
      const other = await system.gateway.login(user.email, PASSWORD);
      const { body: fresh } = await refresh(user.refreshToken);
      expect((await me(fresh.accessToken, replica)).status).toBe(200);
      expect(await refresh(user.refreshToken)).toMatchObject({ status: 401, body: { code: "refresh.refused" } });
      expect((await me(fresh.accessToken)).status).toBe(401);
      await eventually(async () => (await me(fresh.accessToken, replica)).status === 401, 2_000);
      expect((await refresh(fresh.refreshToken)).status).toBe(401);
      expect((await me(other.accessToken)).status).toBe(200);
    });

    it("A18 lets exactly one of 50 at once succeed", async () => {
      const { refreshToken } = await system.user();
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) => refresh(refreshToken, i % 2 ? replica : system.gateway)),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(49);
    });

    it.each(["", "x", "x".repeat(100)])("refuses %j", async (token) => {
      expect((await refresh(token)).status).toBe(401);
    });

    it("stores no token that could be used", async () => {
      const user = await system.user();
      const { rows } = await system.database.admin.query(
        "SELECT encode(token_hash, 'escape') AS hash FROM identity.refresh_token",
      );
      expect(rows.map(({ hash }: { hash: string }) => hash)).not.toContain(user.refreshToken);
    });
  });

  it("POST /v1/auth/logout ends the session and no other", async () => {
    const user = await system.user();
    const other = await system.gateway.login(user.email, PASSWORD);
    expect((await system.gateway.request("POST", "/v1/auth/logout", { token: user.accessToken })).status).toBe(204);
    expect((await me(user.accessToken)).status).toBe(401);
    expect((await refresh(user.refreshToken)).status).toBe(401);
    expect((await me(other.accessToken)).status).toBe(200);
  });
});
