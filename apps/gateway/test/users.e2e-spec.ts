import { ADMIN } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { ROLES, startReplica, System } from "./system.ts";

describe("users", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.close());

  it("the first start makes roles, settings and the administrator, and tells of them", async () => {
    const { body: me } = await system.send<{ id: string }>("GET", "/v1/me");
    expect(await system.eventsOf(me.id)).toEqual([
      ["identity.user.invited", 1],
      ["identity.user.activated", 2],
    ]);
    expect(await system.eventsOf(ROLES.sales)).toEqual([["identity.role.created", 1]]);
    expect(await system.eventsOf("01980000-0000-7000-8000-000000000100")).toEqual([["identity.settings.created", 1]]);
  });

  it("a second start makes and tells nothing more", async () => {
    const count = () => system.database.admin.query("SELECT count(*) FROM identity.outbox");
    const before = await count();
    const second = await startReplica(system.gateway.keysDir);
    expect((await second.request("GET", "/v1/me", { token: system.token })).status).toBe(200);
    await second.close();
    expect((await count()).rows).toEqual(before.rows);
  });

  describe("POST /v1/users", () => {
    it("answers 201 with the link of the invitation, and publishes the user", async () => {
      const { status, headers, body } = await system.send("POST", "/v1/users", {
        email: " Li.Na@Kehu.Example ".trim(),
        firstName: "娜",
        lastName: "李",
        roleIds: [ROLES.sales],
        language: "zh-CN",
        timeZone: "Asia/Shanghai",
        externalIds: [{ system: "zoho", id: "1001" }],
      });
      expect({ status, etag: headers.get("etag"), location: headers.get("location") }).toEqual({
        status: 201,
        etag: '"1"',
        location: `/v1/users/${body.id}`,
      });
      expect(body).toMatchObject({
        email: "li.na@kehu.example",
        name: "娜 李",
        status: "invited",
        ownerId: null,
        version: 1,
      });
      expect(body.invitationUrl).toMatch(/^https:\/\/crm\.example\/v1\/auth\/invitations\/[\w.-]+\/accept$/);
      expect(await system.eventsOf(body.id)).toEqual([["identity.user.invited", 1]]);
      expect((await system.send("GET", `/v1/users/${body.id}`)).body).not.toHaveProperty("invitationUrl");
    });

    it.each<[object, number, string]>([
      [{ lastName: "x" }, 422, "request.invalid"],
      [{ email: "no email", lastName: "x" }, 422, "request.invalid"],
      [{ email: "a@b.example" }, 422, "request.invalid"],
      [{ email: "a@b.example", lastName: "x", roleIds: [randomUUID()] }, 422, "reference.unknown"],
      [{ email: "a@b.example", lastName: "x", timeZone: "Moon/Base" }, 422, "request.invalid"],
      [{ email: "a@b.example", lastName: "x", timeZone: "+08:00" }, 422, "request.invalid"],
      [{ email: ADMIN.email.toUpperCase(), lastName: "x" }, 409, "user.email-taken"],
    ])("refuses %j with %i %s", async (body, status, code) => {
      expect(await system.send("POST", "/v1/users", body)).toMatchObject({ status, body: { code } });
    });

    it.each(["id", "status", "version", "passwordHash", "isAdmin", "createdAt", "ownerId", "deletedAt", "name"])(
      "A09 refuses %s in the body",
      async (property) => {
        const body = { email: "a@b.example", lastName: "x", [property]: "x" };
        expect(await system.send("POST", "/v1/users", body)).toMatchObject({
          status: 400,
          body: { code: "request.malformed" },
        });
      },
    );

    it("A38 has one effect for one key, and shows the link again", async () => {
      const body = { email: "once@kehu.example", lastName: "Once" };
      const headers = { "idempotency-key": "invite-once" };
      const first = await system.send("POST", "/v1/users", body, headers);
      const second = await system.send("POST", "/v1/users", body, headers);
      expect([first.status, second.status, second.headers.get("idempotent-replayed")]).toEqual([201, 201, "true"]);
      expect(second.body.id).toBe(first.body.id);
      expect((await system.accept(second.body.invitationUrl)).status).toBe(200);
    });

    it("asks for the permission", async () => {
      const { invitationUrl } = await system.invite({ roleIds: [ROLES.sales] });
      const { body } = await system.accept(invitationUrl);
      const answer = await system.gateway.request("POST", "/v1/users", {
        token: body.accessToken,
        body: { email: "a@b.example", lastName: "x" },
      });
      expect(answer).toMatchObject({ status: 403, body: { code: "permission.denied" } });
      expect((await system.gateway.request("GET", "/v1/users", { token: body.accessToken })).status).toBe(200);
    });
  });

  describe("the life of a user", () => {
    it("PATCH, GET, history, DELETE, restore", async () => {
      const user = await system.invite();
      const patched = await system.send("PATCH", `/v1/users/${user.id}`, { firstName: "Ada" }, { "if-match": '"1"' });
      expect(patched).toMatchObject({ status: 200, body: { name: "Ada 李", version: 2 } });
      expect(
        (await system.send("PATCH", `/v1/users/${user.id}`, { firstName: "Eva" }, { "if-match": '"1"' })).status,
      ).toBe(412);
      expect((await system.send("PATCH", `/v1/users/${user.id}`, { firstName: "Ada" })).body.version).toBe(2);
      const history = await system.send<{ data: { field: string }[] }>("GET", `/v1/users/${user.id}/history`);
      expect(history.body.data.map(({ field }) => field)).toEqual(expect.arrayContaining(["firstName", "name"]));
      expect((await system.send("DELETE", `/v1/users/${user.id}`)).status).toBe(204);
      expect((await system.send("GET", `/v1/users/${user.id}`)).status).toBe(404);
      expect((await system.accept(user.invitationUrl)).status).toBe(410);
      expect((await system.send("POST", `/v1/users/${user.id}/restore`)).body.version).toBe(4);
      expect((await system.eventsOf(user.id)).map(([type]) => type)).toEqual([
        "identity.user.invited",
        "identity.user.updated",
        "identity.user.deleted",
        "identity.user.restored",
      ]);
    });

    it("frees the email of who is deleted; restored he must have it again", async () => {
      const email = "again@kehu.example";
      const invite = () => system.send("POST", "/v1/users", { email, lastName: "Again" });
      const { body: old } = await invite();
      await system.send("DELETE", `/v1/users/${old.id}`);
      const { status, body: other } = await invite();
      expect(status).toBe(201);
      expect(await system.send("POST", `/v1/users/${old.id}/restore`)).toMatchObject({
        status: 409,
        body: { code: "user.email-taken", conflicts: [{ field: "email", recordId: other.id }] },
      });
      expect((await system.send("GET", `/v1/users/${old.id}`)).status).toBe(404);
      await system.send("PATCH", `/v1/users/${other.id}`, { email: "other@kehu.example" });
      expect(await system.send("POST", `/v1/users/${old.id}/restore`)).toMatchObject({ status: 200, body: { email } });
    });

    it("moves between statuses as the table says, and nowhere else", async () => {
      const user = await system.invite();
      const move = async (verb: string) => {
        const { status, body } = await system.send("POST", `/v1/users/${user.id}/${verb}`);
        return status === 200 ? body.status : [status, body.allowed];
      };
      expect(await move("suspend")).toEqual([409, ["active"]]);
      expect(await move("reactivate")).toEqual([409, ["active"]]);
      await system.accept(user.invitationUrl);
      expect(await move("reactivate")).toEqual([409, ["suspended"]]);
      expect(await move("suspend")).toBe("suspended");
      expect(await move("suspend")).toEqual([409, ["active"]]);
      expect(await move("reactivate")).toBe("active");
    });

    it("A21 keeps the last active administrator", async () => {
      const { body: me } = await system.send<{ id: string }>("GET", "/v1/me");
      const last = { status: 409, body: { code: "user.last-administrator" } };
      expect(await system.send("DELETE", `/v1/users/${me.id}`)).toMatchObject(last);
      expect(await system.send("POST", `/v1/users/${me.id}/suspend`)).toMatchObject(last);
      expect(await system.send("PATCH", `/v1/users/${me.id}`, { roleIds: [ROLES.sales] })).toMatchObject(last);
      const bulk = await system.send<{ results: { outcome: string }[] }>("POST", "/v1/users/bulk", {
        operations: [{ op: "update", id: me.id, data: { roleIds: [] } }],
      });
      expect(bulk.body.results).toMatchObject([{ outcome: "failed", errors: [{ code: "user.last-administrator" }] }]);
    });

    it("of two administrators who remove each other at once one stays", async () => {
      const { body: me } = await system.send<{ id: string }>("GET", "/v1/me");
      const second = await system.invite({ roleIds: [ROLES.administrator] });
      const { body } = await system.accept(second.invitationUrl);
      const [one, two] = await Promise.all([
        system.gateway.request("PATCH", `/v1/users/${me.id}`, { token: body.accessToken, body: { roleIds: [] } }),
        system.send("PATCH", `/v1/users/${second.id}`, { roleIds: [] }),
      ]);
      expect([one.status, two.status].sort()).not.toEqual([200, 200]);
      const { rows } = await system.database.admin.query(
        "SELECT id FROM identity.app_user WHERE status = 'active' AND $1 = ANY(role_ids)",
        [ROLES.administrator],
      );
      expect(rows.length).toBeGreaterThan(0);
      await system.database.admin.query("UPDATE identity.app_user SET role_ids = ARRAY[$2::uuid] WHERE id = $1", [
        me.id,
        ROLES.administrator,
      ]);
      await system.login();
    });
  });
});
