import { randomUUID } from "node:crypto";
import { PASSWORD, System } from "./system.ts";

describe("invitations", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.close());

  describe("POST /v1/auth/invitations/:token/accept", () => {
    it("sets the password, signs in, and is good once", async () => {
      const user = await system.invite();
      const { status, body } = await system.accept(user.invitationUrl);
      expect(status).toBe(200);
      expect((await system.gateway.request("GET", "/v1/me", { token: body.accessToken })).body).toMatchObject({
        id: user.id,
      });
      expect(await system.eventsOf(user.id)).toEqual([
        ["identity.user.invited", 1],
        ["identity.user.activated", 2],
      ]);
      expect(await system.accept(user.invitationUrl, "another good password")).toMatchObject({
        status: 410,
        body: { code: "invitation.refused" },
      });
      expect((await system.gateway.login(user.email, PASSWORD)).accessToken).toEqual(expect.any(String) as string);
    });

    it("lets one of ten at once succeed", async () => {
      const user = await system.invite();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => system.accept(user.invitationUrl, `${PASSWORD} ${i}`)),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 410)).toHaveLength(9);
    });

    it.each(["short", "password1234", "aaaaaaaaaaaaaa", "x".repeat(257)])(
      "refuses the password %j and stays good",
      async (password) => {
        const user = await system.invite();
        expect(await system.accept(user.invitationUrl, password)).toMatchObject({
          status: 422,
          body: { code: "password.weak" },
        });
        expect((await system.accept(user.invitationUrl)).status).toBe(200);
      },
    );

    it("A20 refuses a changed link, another user's signature, and the link after the email was changed", async () => {
      const [one, other] = [await system.invite(), await system.invite()];
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
        expect((await system.accept(`https://x/v1/auth/invitations/${link}/accept`)).status).toBe(410);
      }
      await system.send("PATCH", `/v1/users/${one.id}`, { email: `${randomUUID()}@kehu.example` });
      expect((await system.accept(one.invitationUrl)).status).toBe(410);
      const renewed = await system.send("POST", `/v1/users/${one.id}/invitations`);
      expect(renewed.status).toBe(201);
      expect((await system.accept(renewed.body.invitationUrl)).status).toBe(200);
      expect((await system.send("POST", `/v1/users/${one.id}/invitations`)).status).toBe(409);
    });

    it("A20 takes the host of the link from the configuration", async () => {
      const { body } = await system.send(
        "POST",
        "/v1/users",
        { email: `${randomUUID()}@kehu.example`, lastName: "x" },
        { "x-forwarded-host": "evil.example" },
      );
      expect(new URL(body.invitationUrl).host).toBe("crm.example");
    });
  });
});
