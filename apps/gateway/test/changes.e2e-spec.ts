import { randomUUID } from "node:crypto";
import { Following } from "./following.ts";
import { System } from "./system.ts";

const READ = { "customer.account.read": "all" };

describe("GET /v1/sync", () => {
  let system: System;
  let following: Following;

  beforeAll(async () => {
    system = await System.start();
    following = new Following(system);
  });
  afterAll(() => system.close());

  it("tells what happens after the token of now, in order, with who did it and which fields", async () => {
    const since = await following.now(system.token);
    const { body: user } = await system.send("POST", "/v1/users", {
      email: `${randomUUID()}@kehu.example`,
      lastName: "欧阳",
    });
    await system.send("PATCH", `/v1/users/${user.id}`, { lastName: "王" });
    const { body: me } = await system.send("GET", "/v1/me");
    await following.arrived(user.id, 2);
    const entries = (await following.all(system.token, since)).filter(({ id }) => id === user.id);
    expect(entries).toEqual([
      {
        kind: "users",
        id: user.id,
        version: 2,
        change: "created",
        fields: expect.arrayContaining(["email", "lastName", "name"]),
        at: expect.stringMatching(/Z$/),
        actor: { type: "user", id: me.id },
      },
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/欧阳|王|@/);
  });

  it("has told of what was purged when it was deleted, and forgets who reached it", async () => {
    const since = await following.now(system.token);
    const [account, marker] = [randomUUID(), randomUUID()];
    await following.account(account, 1, null, "created");
    await following.account(account, 2, null, "deleted");
    await following.tell("customer.account.purged", account, 3);
    await following.account(marker, 1, null, "created");
    await following.arrived(marker, 1);
    const entries = await following.all(system.token, since);
    expect(entries.map(({ id, change, version }) => [id, change, version])).toEqual([
      [account, "deleted", 2],
      [marker, "created", 1],
    ]);
    const { rows } = await system.database.admin.query(
      "SELECT id FROM identity.change_place WHERE id = ANY($1) UNION ALL SELECT event_id FROM identity.dead_letter",
      [[account, marker]],
    );
    expect(rows).toEqual([{ id: marker }]);
  });

  it("tells of a person who is erased though his record is deleted, whatever becomes of it later", async () => {
    const since = await following.now(system.token, "?kinds=contacts");
    const [contact, deletedAt] = [randomUUID(), new Date().toISOString()];
    await following.tell("customer.contact.created", contact, 1);
    await following.tell("customer.contact.deleted", contact, 2, { deletedAt });
    await following.arrived(contact, 2);
    const between = await following.now(system.token, "?kinds=contacts");
    await following.tell("customer.contact.erased", contact, 3, { deletedAt }, ["lastName"]);
    await following.arrived(contact, 3);
    const told = { id: contact, change: "erased", fields: ["lastName"] };
    expect(await following.all(system.token, between, "&kinds=contacts")).toMatchObject([{ ...told, version: 3 }]);
    await following.tell("customer.contact.restored", contact, 4, {}, ["deletedAt"]);
    await following.arrived(contact, 4);
    const fields = ["lastName", "deletedAt"];
    expect(await following.all(system.token, since, "&kinds=contacts")).toMatchObject([
      { ...told, version: 4, fields },
    ]);
  });

  it("tells only of the kinds that are asked for, and refuses others by name", async () => {
    const since = await following.now(system.token, "?kinds=accounts");
    const [account_, task] = [randomUUID(), randomUUID()];
    await following.tell("customer.task.created", task, 1);
    await following.account(account_, 1, null, "created");
    await following.arrived(task, 1);
    await following.arrived(account_, 1);
    const entries = await following.all(system.token, since, "&kinds=accounts");
    expect(entries.map(({ id }) => id)).toEqual([account_]);
    expect(await following.sync(system.token, "?kinds=accounts,acounts")).toMatchObject({
      status: 400,
      body: {
        code: "query.invalid",
        detail: expect.stringMatching(/^kinds: /),
        allowed: expect.arrayContaining(["leads"]),
      },
    });
    const reader = await following.user(READ);
    expect(await following.sync(reader.accessToken, "?kinds=accounts,leads")).toMatchObject({
      status: 403,
      body: { code: "permission.denied", detail: expect.stringContaining("sales.lead.read") },
    });
    expect((await following.sync(reader.accessToken, "?kinds=accounts")).status).toBe(200);
  });

  it("takes a token of the same caller only, and names what is wrong with others", async () => {
    const reader = await following.user(READ);
    const foreign = await following.now(system.token);
    const own = await following.now(reader.accessToken);
    const ofKinds = await following.now(reader.accessToken, "?kinds=accounts");
    for (const since of [
      ofKinds,
      foreign,
      "x",
      `${own}x`,
      own.replace(/^[^.]+/, Buffer.from('[0,""]').toString("base64url")),
    ])
      expect(await following.sync(reader.accessToken, `?since=${since}`)).toMatchObject({
        status: 400,
        body: { code: "sync.invalid-token", detail: expect.stringMatching(/^since: /) },
      });
    for (const query of ["?limit=0", "?limit=201", "?limit=x", "?since=", `?since=${own}&since=${own}`, "?sinse=1"])
      expect(await following.sync(reader.accessToken, query)).toMatchObject({ status: 400 });
    expect(await system.gateway.request("GET", "/v1/sync")).toMatchObject({ status: 401 });
  });

  it("comes in pages that end where they are told to, and leaves nothing out", async () => {
    const reader = await following.user(READ);
    const since = await following.now(reader.accessToken);
    const ids = Array.from({ length: 7 }, () => randomUUID());
    for (const id of ids) await following.account(id, 1, null, "created");
    await following.arrived(ids.at(-1)!, 1);
    const { body: first } = await following.sync(reader.accessToken, `?since=${since}&limit=3`);
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    expect(first.page.hasMore).toBe(true);
    expect((await following.all(reader.accessToken, first.page.since, "&limit=3")).map(({ id }) => id)).toEqual(
      ids.slice(3),
    );
    const { body: last } = await following.sync(reader.accessToken, `?since=${since}&limit=7`);
    expect(last).toMatchObject({ data: { length: 7 }, page: { hasMore: false } });
    expect((await following.sync(reader.accessToken, `?since=${last.page.since}`)).body.data).toEqual([]);
  });

  it("ends a page before the record that does not fit, though it may stand in it twice", async () => {
    const reader = await following.user(READ);
    const since = await following.now(reader.accessToken);
    const [one, two] = [randomUUID(), randomUUID()];
    await following.account(one, 1, null, "created");
    await following.tell("customer.account.updated", one, 2, { ownerId: null }, ["name"]);
    await following.account(two, 1, null, "created");
    await following.tell("customer.account.updated", one, 3, { ownerId: null }, ["industry"]);
    await following.arrived(one, 3);
    const { body } = await following.sync(reader.accessToken, `?since=${since}&limit=1`);
    expect(body).toMatchObject({
      data: [{ id: one, version: 2, change: "created", fields: ["name"] }],
      page: { hasMore: true },
    });
    expect(await following.all(reader.accessToken, body.page.since)).toMatchObject([
      { id: two, change: "created" },
      { id: one, version: 3, change: "updated", fields: ["industry"] },
    ]);
    expect(await following.all(reader.accessToken, since)).toMatchObject([
      { id: two, change: "created" },
      { id: one, version: 3, change: "created", fields: ["name", "industry"] },
    ]);
  });

  describe("answers 410", () => {
    it("sync.expired where changes since then are kept no longer, and to a token of another time", async () => {
      const reader = await following.user(READ);
      const since = await following.now(reader.accessToken);
      await following.account(randomUUID(), 1, null, "created");
      const [id, last] = [randomUUID(), randomUUID()];
      await following.account(id, 1, null, "created");
      await following.settled();
      const between = await following.now(reader.accessToken);
      await system.database.admin.query("UPDATE identity.record_change SET recorded_at = now() - interval '31 days'");
      await following.account(last, 1, null, "created");
      await following.arrived(last, 1);
      const { ChangesRetention } = await import("../src/changes/changes-retention.service.ts");
      const { config } = await import("../src/config.ts");
      await new ChangesRetention(system.database.open("identity"), config).clear();
      const { rows } = await system.database.admin.query("SELECT record_id FROM identity.record_change");
      expect(rows).toEqual([{ record_id: last }]);
      expect(await following.sync(reader.accessToken, `?since=${since}`)).toMatchObject({
        status: 410,
        body: { code: "sync.expired", detail: expect.stringContaining("load anew") },
      });
      expect(await following.all(reader.accessToken, between)).toMatchObject([{ id: last }]);
      const now = await following.now(reader.accessToken);
      await system.database.admin.query("UPDATE identity.change_feed SET last_seq = last_seq - 1"); // an older backup
      await system.database.admin.query("DELETE FROM identity.record_change");
      expect((await following.sync(reader.accessToken, `?since=${now}`)).body.code).toBe("sync.expired");
    });

    it("sync.reach-changed where the caller moves, or a role of his changes what he may read or see", async () => {
      const fresh = await following.team();
      const roleId = await following.role({ "customer.account.read": "team", "customer.account.write": "own" });
      const person = await system.user([roleId]);
      const patchRole = (data: object) => system.send("PATCH", `/v1/roles/${roleId}`, data);
      const since = async () => following.now(person.accessToken);
      const codeOf = async (token: string) => (await following.sync(person.accessToken, `?since=${token}`)).body.code;
      const changes: [() => Promise<{ status: number }>, string | undefined][] = [
        [() => system.send("PATCH", `/v1/users/${person.id}`, { teamId: fresh }), "sync.reach-changed"],
        [() => system.send("PATCH", `/v1/teams/${fresh}`, { name: "another" }), undefined],
        [() => patchRole({ fieldRules: { "customer.account": { industry: "hidden" } } }), "sync.reach-changed"],
        [() => patchRole({ grants: { "customer.account.write": null } }), undefined],
        [() => patchRole({ grants: { "customer.account.read": "own" } }), "sync.reach-changed"],
        [() => patchRole({ grants: { "customer.contact.read": "own" } }), "sync.reach-changed"],
        [() => patchRole({ grants: { "customer.account.read": null } }), "sync.reach-changed"],
      ];
      for (const [change, code] of changes) {
        const token = await since();
        expect(await codeOf(token)).toBeUndefined();
        expect((await change()).status).toBe(200);
        expect(await codeOf(token)).toBe(code);
      }
    });
  });
});
