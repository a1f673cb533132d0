import { eventually } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { linkIn, Mailbox, MailTable } from "./mailbox.ts";
import { PASSWORD, ROLES, System, type UserView } from "./system.ts";

const CHANGED = "Acht blaue Teller";

describe("POST /v1/auth/password-reset", () => {
  const mailbox = new Mailbox();
  let system: System;
  let queue: MailTable;

  beforeAll(async () => {
    await mailbox.start();
    system = await System.start(undefined, mailbox.environment);
    queue = new MailTable(system);
  });
  afterAll(async () => {
    await system.close();
    await mailbox.stop();
  });

  const post = (path: string, body: object, headers?: Record<string, string>) =>
    system.gateway.request("POST", path, { body, headers });
  const ask = (email: string, headers?: Record<string, string>) => post("/v1/auth/password-reset", { email }, headers);
  const choose = (link: URL, password = CHANGED) =>
    post("/v1/auth/password-reset/confirm", { token: link.searchParams.get("token"), password });
  /** Somebody who has taken up his invitation. */
  const member = async (): Promise<UserView> => {
    const user = await system.invite({ roleIds: [ROLES.sales] });
    const { status } = await system.accept(linkIn(await mailbox.mailTo(user.email)).href);
    expect(status).toBe(200);
    return user;
  };

  it("A20 sends a link that is good once, and ends all sessions", async () => {
    const user = await member();
    const { accessToken, refreshToken } = await system.gateway.login(user.email, PASSWORD);
    expect((await ask(` ${user.email.toUpperCase()}`)).status).toBe(202);
    const mail = await mailbox.mailTo(user.email, 2);
    expect(mail.subject).toBe("A new password for Kehu");
    const link = linkIn(mail);
    expect(await choose(link, "short")).toMatchObject({ status: 422, body: { code: "password.weak" } });
    expect((await system.gateway.request("GET", "/v1/me", { token: accessToken })).status).toBe(200);
    expect((await choose(link)).status).toBe(204);
    expect((await system.gateway.request("GET", "/v1/me", { token: accessToken })).status).toBe(401);
    expect((await post("/v1/auth/refresh", { refreshToken })).status).toBe(401);
    expect(await choose(link, "another good password")).toMatchObject({
      status: 410,
      body: { code: "password-reset.refused" },
    });
    expect((await post("/v1/auth/login", { email: user.email, password: PASSWORD })).status).toBe(401);
    await system.gateway.login(user.email, CHANGED);
  });

  it("A20 lets one of four at once succeed", async () => {
    const user = await member();
    await ask(user.email);
    const link = linkIn(await mailbox.mailTo(user.email, 2));
    // All four have found the link good before the first one uses it.
    let sent: Promise<{ status: number }[]>;
    const lock = `SELECT 1 FROM identity.credential WHERE user_id = '${user.id}' FOR UPDATE`;
    await system.whileLocked(lock, async (waiting) => {
      sent = Promise.all(Array.from({ length: 4 }, (_, i) => choose(link, `${CHANGED} ${i}`)));
      await eventually(async () => (await waiting("%DELETE FROM password_reset%")) === 4);
    });
    const answers = await sent!;
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 410, 410, 410]);
  });

  it.each<[string, (user: UserView) => Promise<unknown>]>([
    ["a second request", (user) => ask(user.email)],
    [
      "another email",
      (user) => system.send("PATCH", `/v1/users/${user.id}`, { email: `${randomUUID()}@kehu.example` }),
    ],
    ["the end of the user", (user) => system.send("POST", `/v1/users/${user.id}/suspend`)],
    [
      "an hour",
      (user) =>
        system.database.admin.query(
          "UPDATE identity.password_reset SET expires_at = expires_at - interval '1 hour' WHERE user_id = $1",
          [user.id],
        ),
    ],
    [
      "a change of the password",
      async (user) => {
        const { accessToken: token } = await system.gateway.login(user.email, PASSWORD);
        const body = { currentPassword: PASSWORD, newPassword: CHANGED };
        return system.gateway.request("POST", "/v1/me/password", { token, body });
      },
    ],
  ])("A20 a link is void after %s", async (_name, act) => {
    const user = await member();
    await ask(user.email);
    const link = linkIn(await mailbox.mailTo(user.email, 2));
    await act(user);
    expect((await choose(link)).status).toBe(410);
  });

  it("A20 takes the host of the link from the configuration", async () => {
    const user = await member();
    await ask(user.email, { "x-forwarded-host": "evil.example", forwarded: "host=evil.example" });
    expect(linkIn(await mailbox.mailTo(user.email, 2)).host).toBe("app.kehu.example");
  });

  it("answers alike for a user, for one who is suspended or invited, and for nobody, and writes as much", async () => {
    const [user, suspended, invited] = [await member(), await member(), await system.invite()];
    await mailbox.mailTo(invited.email);
    await system.send("POST", `/v1/users/${suspended.id}/suspend`);
    const laterBy = (pause: string) =>
      system.database.admin.query(
        `ALTER TABLE identity.mail_due ALTER due_at SET DEFAULT clock_timestamp() + interval '${pause}'`,
      );
    await eventually(async () => (await queue.due()) === 0);
    await laterBy("1 hour");
    try {
      for (const email of [user.email, suspended.email, invited.email, "nobody@kehu.example"]) {
        const before = await queue.due();
        const { status, body } = await ask(email);
        expect({ status, body, rows: (await queue.due()) - before }).toEqual({ status: 202, body: undefined, rows: 1 });
      }
    } finally {
      await laterBy("0");
    }
    await queue.hurry();
    await eventually(async () => (await queue.due()) === 0);
    expect(mailbox.to(user.email)).toHaveLength(2);
    expect([suspended, invited].map(({ email }) => mailbox.to(email).length)).toEqual([1, 1]);
  });

  it("keeps no token that could be used, in no table", async () => {
    const user = await member();
    await ask(user.email);
    const token = linkIn(await mailbox.mailTo(user.email, 2)).searchParams.get("token")!;
    const { rows: tables } = await system.database.admin.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('identity', 'bus')",
    );
    for (const { name } of tables) {
      const found = await system.database.admin.query(`SELECT 1 FROM ${name} t WHERE t::text LIKE ANY($1)`, [
        [`%${token}%`, `%${Buffer.from(token).toString("hex")}%`], // as text, and as bytes
      ]);
      expect({ name, rows: found.rows }).toEqual({ name, rows: [] });
    }
    expect((await choose(new URL("https://x/?token=x"))).status).toBe(410);
    expect((await choose(new URL(`https://x/?token=${token.slice(1)}`))).status).toBe(410);
    expect((await choose(new URL(`https://x/?token=${token}`))).status).toBe(204);
  });

  it("A19 is closed to an address that asks too often for one account, in every spelling", async () => {
    const [name, host] = [randomUUID(), "kehu.example"];
    const spellings = [`${name}@${host}`, `${name.toUpperCase()}@${host}`, `${name}+x@${host}`];
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(spellings[i % 3]!)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(await ask(spellings[0]!)).toMatchObject({ status: 429, body: { code: "password-reset.too-many" } });
    expect((await ask(`${randomUUID()}@${host}`)).status).toBe(202);
  });

  it("by an administrator sends the mail, too, and shows no link", async () => {
    const user = await member();
    const { status, body } = await system.send("POST", `/v1/users/${user.id}/password-reset`);
    expect({ status, body }).toEqual({ status: 201, body: {} });
    expect((await choose(linkIn(await mailbox.mailTo(user.email, 2)))).status).toBe(204);
  });
});
