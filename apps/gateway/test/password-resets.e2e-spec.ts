import { PASSWORD, ROLES, System } from "./system.ts";

const CHANGED = "Acht blaue Teller";

describe("a new password without a mail server", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.close());

  const make = (id: string, token = system.token) =>
    system.gateway.request<{ passwordResetUrl: string; code: string }>("POST", `/v1/users/${id}/password-reset`, {
      token,
    });
  const choose = (link: string) =>
    system.gateway.request("POST", "/v1/auth/password-reset/confirm", {
      body: { token: new URL(link).hash.replace("#token=", ""), password: CHANGED },
    });

  it("is chosen by a link that an administrator makes, good once, the last one only", async () => {
    const user = await system.user();
    const [first, second] = [await make(user.id), await make(user.id)];
    expect(second.status).toBe(201);
    expect(second.headers.get("cache-control")).toBe("no-store");
    expect(second.body.passwordResetUrl).toMatch(
      /^https:\/\/crm\.example\/v1\/auth\/password-reset\/confirm#token=[\w-]{43}$/,
    );
    expect((await choose(first.body.passwordResetUrl)).status).toBe(410);
    expect((await choose(second.body.passwordResetUrl)).status).toBe(204);
    expect((await choose(second.body.passwordResetUrl)).status).toBe(410);
    expect((await system.gateway.request("GET", "/v1/me", { token: user.accessToken })).status).toBe(401);
    await system.gateway.login(user.email, CHANGED);
  });

  it("A21 nobody makes a link for somebody who may do more, no API key makes one, and nobody for who is not active", async () => {
    const { body: role } = await system.send("POST", "/v1/roles", {
      name: "Desk",
      grants: { "identity.user.read": "all", "identity.user.write": "all" },
    });
    const [desk, sales] = [await system.user([role.id]), await system.user([ROLES.sales])];
    expect(await make(sales.id, desk.accessToken)).toMatchObject({ status: 403, body: { code: "user.beyond-own" } });
    expect((await make(sales.id, sales.accessToken)).status).toBe(403);
    const { body: made } = await system.gateway.request<{ key: string }>("POST", "/v1/api-keys", {
      token: system.token,
      body: { name: "x", grants: { "identity.user.read": "all", "identity.user.write": "all" } },
    });
    expect(await make(desk.id, made.key)).toMatchObject({ status: 403, body: { code: "api-key.not-allowed" } });
    const invited = await system.invite();
    expect(await make(invited.id)).toMatchObject({ status: 409, body: { code: "user.not-active" } });
    await system.gateway.login(sales.email, PASSWORD);
  });

  it("POST /v1/auth/password-reset says so, whoever asks, and leaves links alone", async () => {
    const user = await system.user();
    const { body } = await make(user.id);
    for (const email of [user.email, "nobody@kehu.example"])
      expect(await system.gateway.request("POST", "/v1/auth/password-reset", { body: { email } })).toMatchObject({
        status: 409,
        body: { code: "mail.not-configured" },
      });
    expect((await choose(body.passwordResetUrl)).status).toBe(204);
  });
});
