import { eventually } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { linkIn, Mailbox, MailTable } from "./mailbox.ts";
import { ROLES, startReplica, System } from "./system.ts";

describe("mail", () => {
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

  const invite = (data: object = {}) => system.invite({ roleIds: [ROLES.sales], ...data });

  describe("an invitation", () => {
    it("goes to the user, who takes it up by its link; the reply has none", async () => {
      const user = await invite({ firstName: "Ada" });
      expect(user).not.toHaveProperty("invitationUrl");
      const mail = await mailbox.mailTo(user.email);
      expect(mail).toMatchObject({ from: "crm@kehu.example", to: [user.email], subject: "Your access to Kehu" });
      expect(mail.text).toContain("Hello Ada 李,");
      expect(mail.headers.filter((line) => /^(auto-submitted|content-type):/i.test(line))).toEqual([
        "Auto-Submitted: auto-generated",
        expect.stringMatching(/^Content-Type: text\/plain/) as string,
      ]);
      expect(linkIn(mail).host).toBe("crm.example");
      expect((await system.accept(linkIn(mail).href)).status).toBe(200);
      await eventually(async () => (await queue.due()) === 0);
      expect(mailbox.to(user.email)).toHaveLength(1);
    });

    it("is in the user's language", async () => {
      const user = await invite({ language: "zh-CN", firstName: "娜" });
      const { subject, text } = await mailbox.mailTo(user.email);
      expect([subject, text]).toEqual(["您的 Kehu 账号", expect.stringContaining("娜 李，您好") as string]);
    });

    it("goes out again when somebody asks, and for those of a bulk request; not for imported users", async () => {
      const user = await invite();
      await mailbox.mailTo(user.email);
      const again = await system.send("POST", `/v1/users/${user.id}/invitations`);
      expect(again).toMatchObject({ status: 201, body: {} });
      expect(again.body).not.toHaveProperty("invitationUrl");
      await mailbox.mailTo(user.email, 2);
      const [one, imported] = [`${randomUUID()}@kehu.example`, `${randomUUID()}@kehu.example`];
      const bulk = (email: string, origin?: string) =>
        system.send("POST", "/v1/users/bulk", {
          operations: [{ op: "create", data: { email, lastName: "王" } }],
          ...(origin && { origin }),
        });
      expect((await bulk(imported, "import")).status).toBe(200);
      expect((await bulk(one)).status).toBe(200);
      await mailbox.mailTo(one);
      await eventually(async () => (await queue.due()) === 0);
      expect(mailbox.to(imported)).toEqual([]);
    });

    it("A34 names nobody else, and begins no other header, whatever the name is", async () => {
      const user = await invite({ firstName: "x\r\nBcc: evil@evil.example", lastName: '"a" <b@evil.example>, c' });
      const { to, headers } = await mailbox.mailTo(user.email);
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
        if (attempt < 4) await queue.hurry();
      }
      expect(pauses).toEqual([1, 2, 4, 8]);
      await mailbox.start();
      await queue.hurry();
      expect((await system.accept(linkIn(await mailbox.mailTo(user.email)).href)).status).toBe(200);
      expect(mailbox.to(user.email)).toHaveLength(1);
    });

    it("a mail that it refuses stays, and the others go on", async () => {
      mailbox.refusal = "not now";
      const refused = await invite();
      await eventually(() => mailbox.refused === 1);
      mailbox.refusal = null;
      const other = await invite();
      await mailbox.mailTo(other.email);
      expect(mailbox.to(refused.email)).toEqual([]);
      await queue.hurry();
      await mailbox.mailTo(refused.email);
    });

    it("of several replicas one sends a mail", async () => {
      const replicas = [await startReplica(system.gateway.keysDir), await startReplica(system.gateway.keysDir)];
      const users = await Promise.all(Array.from({ length: 10 }, () => invite()));
      for (const { email } of users) await mailbox.mailTo(email);
      await Promise.all(replicas.map((replica) => replica.close()));
      await eventually(async () => (await queue.due()) === 0);
      expect(users.map(({ email }) => mailbox.to(email).length)).toEqual(Array<number>(10).fill(1));
    });
  });
});
