import { eventually } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { linkIn, Mailbox, type Received } from "./mailbox.ts";
import { PASSWORD, ROLES, startReplica, System, type UserView } from "./system.ts";

const CHANGED = "Acht blaue Teller";

describe("mail", () => {
  const mailbox = new Mailbox();
  let system: System;

  beforeAll(async () => {
    await mailbox.start();
    system = await System.start(undefined, {
      KEHU_SMTP_URL: mailbox.url,
      KEHU_MAIL_FROM: "Kehu 客户 <crm@kehu.example>",
      KEHU_PASSWORD_RESET_URL: "https://app.kehu.example/password?token={token}",
    });
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
  /** The nth mail that somebody gets. */
  const mailTo = (email: string, count = 1): Promise<Received> =>
    eventually(() => {
      const mail = mailbox.to(email)[count - 1];
      if (!mail) throw new Error(`Mail ${count} to ${email} is not there.`);
      return mail;
    });
  const due = async () =>
    (await system.database.admin.query<{ n: number }>("SELECT count(*)::int AS n FROM identity.mail_due")).rows[0]!.n;
  const hurry = () => system.database.admin.query("UPDATE identity.mail_due SET due_at = now()");
  const invite = (data: object = {}) => system.invite({ roleIds: [ROLES.sales], ...data });
  /** Somebody who has taken up his invitation. */
  const member = async (data: object = {}): Promise<UserView> => {
    const user = await invite(data);
    const { status } = await system.accept(linkIn(await mailTo(user.email)).href);
    expect(status).toBe(200);
    return user;
  };

  describe("an invitation", () => {
    it("goes to the user, who takes it up by its link; the reply has none", async () => {
      const user = await invite({ firstName: "Ada" });
      expect(user).not.toHaveProperty("invitationUrl");
      const mail = await mailTo(user.email);
      expect(mail).toMatchObject({ from: "crm@kehu.example", to: [user.email], subject: "Your access to Kehu" });
      expect(mail.text).toContain("Hello Ada 李,");
      expect(mail.headers.filter((line) => /^(auto-submitted|content-type):/i.test(line))).toEqual([
        "Auto-Submitted: auto-generated",
        expect.stringMatching(/^Content-Type: text\/plain/) as string,
      ]);
      expect(linkIn(mail).host).toBe("crm.example");
      expect((await system.accept(linkIn(mail).href)).status).toBe(200);
      await eventually(async () => (await due()) === 0);
      expect(mailbox.to(user.email)).toHaveLength(1);
    });

    it("is in the user's language", async () => {
      const user = await invite({ language: "zh-CN", firstName: "娜" });
      const { subject, text } = await mailTo(user.email);
      expect([subject, text]).toEqual(["您的 Kehu 账号", expect.stringContaining("娜 李，您好") as string]);
    });

    it("goes out again when somebody asks, and for those of a bulk request; not for imported users", async () => {
      const user = await invite();
      await mailTo(user.email);
      const again = await system.send("POST", `/v1/users/${user.id}/invitations`);
      expect(again).toMatchObject({ status: 201, body: {} });
      expect(again.body).not.toHaveProperty("invitationUrl");
      await mailTo(user.email, 2);
      const [one, imported] = [`${randomUUID()}@kehu.example`, `${randomUUID()}@kehu.example`];
      const bulk = (email: string, origin?: string) =>
        system.send("POST", "/v1/users/bulk", {
          operations: [{ op: "create", data: { email, lastName: "王" } }],
          ...(origin && { origin }),
        });
      expect((await bulk(imported, "import")).status).toBe(200);
      expect((await bulk(one)).status).toBe(200);
      await mailTo(one);
      await eventually(async () => (await due()) === 0);
      expect(mailbox.to(imported)).toEqual([]);
    });

    it("A34 names nobody else, and begins no other header, whatever the name is", async () => {
      const user = await invite({ firstName: "x\r\nBcc: evil@evil.example", lastName: '"a" <b@evil.example>, c' });
      const { to, headers } = await mailTo(user.email);
      expect(to).toEqual([user.email]);
      expect(headers.filter((line) => /^(bcc|cc):/i.test(line))).toEqual([]);
      expect(headers.filter((line) => /^to:/i.test(line))).toEqual([expect.stringContaining(`<${user.email}>`)]);
    });

    it.each([
      '"x@evil.example y"@kehu.example',
      "a@kehu.example,b@evil.example",
      "group:a@kehu.example;",
      "a@kehu.example\r\nBcc: b@evil.example",
      "a(comment)@kehu.example",
      `${"a".repeat(64)}@${"b".repeat(190)}.example`,
    ])("A34 refuses the address %j", async (email) => {
      expect(await system.send("POST", "/v1/users", { email, lastName: "x" })).toMatchObject({
        status: 422,
        body: { errors: [{ field: "email" }] },
      });
    });
  });

  describe("POST /v1/auth/password-reset", () => {
    it("A20 sends a link that is good once, and ends all sessions", async () => {
      const user = await member();
      const { accessToken, refreshToken } = await system.gateway.login(user.email, PASSWORD);
      expect((await ask(` ${user.email.toUpperCase()}`)).status).toBe(202);
      const mail = await mailTo(user.email, 2);
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

    it("A20 lets one of ten at once succeed", async () => {
      const user = await member();
      await ask(user.email);
      const link = linkIn(await mailTo(user.email, 2));
      const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => choose(link, `${CHANGED} ${i}`)));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array<number>(9).fill(410)]);
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
      const link = linkIn(await mailTo(user.email, 2));
      await act(user);
      expect((await choose(link)).status).toBe(410);
    });

    it("A20 takes the host of the link from the configuration", async () => {
      const user = await member();
      await ask(user.email, { "x-forwarded-host": "evil.example", forwarded: "host=evil.example" });
      expect(linkIn(await mailTo(user.email, 2)).host).toBe("app.kehu.example");
    });

    it("answers alike for a user, for one who is suspended or invited, and for nobody, and writes as much", async () => {
      const [user, suspended, invited] = [await member(), await member(), await invite()];
      await mailTo(invited.email);
      await system.send("POST", `/v1/users/${suspended.id}/suspend`);
      const laterBy = (pause: string) =>
        system.database.admin.query(
          `ALTER TABLE identity.mail_due ALTER due_at SET DEFAULT clock_timestamp() + interval '${pause}'`,
        );
      await eventually(async () => (await due()) === 0);
      await laterBy("1 hour");
      try {
        for (const email of [user.email, suspended.email, invited.email, "nobody@kehu.example"]) {
          const before = await due();
          const { status, body } = await ask(email);
          expect({ status, body, rows: (await due()) - before }).toEqual({ status: 202, body: undefined, rows: 1 });
        }
      } finally {
        await laterBy("0");
      }
      await hurry();
      await eventually(async () => (await due()) === 0);
      expect(mailbox.to(user.email)).toHaveLength(2);
      expect([suspended, invited].map(({ email }) => mailbox.to(email).length)).toEqual([1, 1]);
    });

    it("keeps no token that could be used, in no table", async () => {
      const user = await member();
      await ask(user.email);
      const token = linkIn(await mailTo(user.email, 2)).searchParams.get("token")!;
      const { rows: tables } = await system.database.admin.query<{ name: string }>(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('identity', 'bus')",
      );
      for (const { name } of tables) {
        const found = await system.database.admin.query(`SELECT 1 FROM ${name} t WHERE t::text LIKE $1`, [
          `%${token}%`,
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
      expect((await choose(linkIn(await mailTo(user.email, 2)))).status).toBe(204);
    });
  });

  describe("while the mail server is away", () => {
    it("requests are answered, and mails wait, with growing pauses, until it is back", async () => {
      await mailbox.stop();
      const user = await invite();
      const pauses: number[] = [];
      for (let attempt = 1; attempt <= 4; attempt++) {
        const seconds = await eventually(async () => {
          const { rows } = await system.database.admin.query<{ seconds: number }>(
            `SELECT extract(epoch FROM due_at - now())::float AS seconds FROM identity.mail_due
             WHERE user_id = $1 AND attempts = $2`,
            [user.id, attempt],
          );
          expect(rows).toHaveLength(1);
          return rows[0]!.seconds;
        });
        pauses.push(Math.round(seconds / 60));
        if (attempt < 4) await hurry();
      }
      expect(pauses).toEqual([1, 2, 4, 8]);
      await mailbox.start();
      await hurry();
      expect((await system.accept(linkIn(await mailTo(user.email)).href)).status).toBe(200);
      expect(mailbox.to(user.email)).toHaveLength(1);
    });

    it("a mail that it refuses stays, and the others go on", async () => {
      mailbox.refusal = "not now";
      const refused = await invite();
      await eventually(() => mailbox.refused === 1);
      mailbox.refusal = null;
      const other = await invite();
      await mailTo(other.email);
      expect(mailbox.to(refused.email)).toEqual([]);
      await hurry();
      await mailTo(refused.email);
    });

    it("of several replicas one sends a mail", async () => {
      const replicas = [await startReplica(system.gateway.keysDir), await startReplica(system.gateway.keysDir)];
      const users = await Promise.all(Array.from({ length: 10 }, () => invite()));
      for (const { email } of users) await mailTo(email);
      await Promise.all(replicas.map((replica) => replica.close()));
      await eventually(async () => (await due()) === 0);
      expect(users.map(({ email }) => mailbox.to(email).length)).toEqual(Array<number>(10).fill(1));
    });
  });
});
