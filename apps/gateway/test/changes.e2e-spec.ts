import { eventually } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { append } from "../src/changes/change-table.ts";
import type { ToldChange } from "../src/changes/told-changes.ts";
import { Following } from "./following.ts";
import { System } from "./system.ts";

const READ = { "customer.account.read": "all" };
const OWN = { "customer.account.read": "own" };

describe("GET /v1/sync", () => {
  let system: System;
  let following: Following;

  beforeAll(async () => {
    system = await System.start();
    following = new Following(system);
  });
  afterAll(() => system.close());

  const account = (
    id: string,
    version: number,
    ownerId: string | null,
    verb: "created" | "updated" | "deleted" = "updated",
  ) =>
    following.tell(`customer.account.${verb}`, id, version, {
      ownerId,
      deletedAt: verb === "deleted" ? new Date().toISOString() : null,
    });

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

  it("tells only of the kinds that are asked for, and refuses others by name", async () => {
    const since = await following.now(system.token, "?kinds=accounts");
    const [account_, task] = [randomUUID(), randomUUID()];
    await following.tell("customer.task.created", task, 1);
    await account(account_, 1, null, "created");
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
    for (const id of ids) await account(id, 1, null, "created");
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
    await account(one, 1, null, "created");
    await following.tell("customer.account.updated", one, 2, { ownerId: null }, ["name"]);
    await account(two, 1, null, "created");
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

  describe("within the caller's reach", () => {
    it("A06 tells the old owner that a record is gone, and nothing of it; the new one that it is there", async () => {
      const [before, after, stranger] = [
        await following.user(OWN),
        await following.user(OWN),
        await following.user(OWN),
      ];
      const tokens = [before, after, stranger].map(({ accessToken }) => accessToken);
      const since = await Promise.all(tokens.map((token) => following.now(token)));
      const id = randomUUID();
      await account(id, 1, before.id, "created");
      await following.tell("customer.account.owner-changed", id, 2, { ownerId: after.id }, ["ownerId"], {
        from: before.id,
      });
      await following.tell("customer.account.updated", id, 3, { ownerId: after.id }, ["name"]);
      await following.arrived(id, 3);
      const told = await Promise.all(tokens.map((token, n) => following.all(token, since[n]!)));
      expect(told[0]).toEqual([
        { kind: "accounts", id, version: 2, change: "gone", fields: [], at: expect.any(String), actor: null },
      ]);
      expect(told[1]).toMatchObject([{ id, version: 3, change: "created", fields: ["ownerId", "name"] }]);
      expect(told[2]).toEqual([]);
    });

    it("tells who had it before of a record of which only its owner's change was told", async () => {
      const [before, after] = [await following.user(OWN), await following.user(OWN)];
      const since = await following.now(before.accessToken);
      const id = randomUUID();
      await following.tell("customer.account.owner-changed", id, 5, { ownerId: after.id }, ["ownerId"], {
        from: before.id,
      });
      await following.arrived(id, 5);
      expect(await following.all(before.accessToken, since)).toMatchObject([{ id, change: "gone" }]);
    });

    it("knows from a snapshot who had it before, and tells of no snapshot", async () => {
      const [one, other] = [await following.user(OWN), await following.user(OWN)];
      const since = await following.now(one.accessToken);
      const id = randomUUID();
      const collaborators = [{ type: "user", id: one.id, access: "read" }];
      await following.tell("customer.account.snapshot", id, 4, { ownerId: other.id, collaborators });
      await following.arrived(id, 4);
      expect(await following.all(one.accessToken, since)).toEqual([]);
      await following.tell("customer.account.updated", id, 5, { ownerId: other.id }, ["collaborators"]);
      await following.arrived(id, 5);
      expect(await following.all(one.accessToken, since)).toMatchObject([{ id, change: "gone", version: 5 }]);
    });

    it("follows teams, pools and sharing", async () => {
      const top = await following.team();
      const [here, there] = [await following.team(top), await following.team(top)];
      const colleague = await following.user(OWN, { teamId: here });
      const far = await following.user(OWN, { teamId: there });
      const team = await following.user({ "customer.account.read": "team" }, { teamId: here });
      const boss = await following.user({ "customer.account.read": "subtree" }, { teamId: top });
      const since = { team: await following.now(team.accessToken), boss: await following.now(boss.accessToken) };
      const ids = [randomUUID(), randomUUID(), randomUUID(), randomUUID()] as const;
      await account(ids[0], 1, colleague.id, "created");
      await account(ids[1], 1, far.id, "created");
      await following.tell("customer.account.created", ids[2], 1, { ownerId: null, teamId: here });
      await following.tell("customer.account.created", ids[3], 1, { ownerId: far.id });
      const collaborators = [{ type: "team", id: here, access: "read" }];
      await following.tell("customer.account.updated", ids[3], 2, { ownerId: far.id, collaborators }, [
        "collaborators",
      ]);
      await following.tell("customer.account.owner-changed", ids[2], 2, { ownerId: far.id }, ["ownerId"], {
        from: null,
      });
      await following.arrived(ids[2], 2);
      const told = async (who: typeof team, from: string) =>
        (await following.all(who.accessToken, from)).map(({ id, change }) => [ids.indexOf(id as never), change]);
      expect(await told(team, since.team)).toEqual([
        [0, "created"],
        [3, "created"],
        [2, "gone"],
      ]);
      expect(await told(boss, since.boss)).toEqual([
        [0, "created"],
        [1, "created"],
        [3, "created"],
        [2, "created"],
      ]);
    });

    it("tells of what is deleted and restored, and of nothing that was deleted before it came near", async () => {
      const [owner, other] = [await following.user(OWN), await following.user(OWN)];
      const since = await following.now(owner.accessToken);
      const [id, dead] = [randomUUID(), randomUUID()];
      await account(id, 1, owner.id, "created");
      await account(id, 2, owner.id, "deleted");
      await following.arrived(id, 2);
      expect(await following.all(owner.accessToken, since)).toMatchObject([{ id, version: 2, change: "deleted" }]);
      const later = await following.now(owner.accessToken);
      await following.tell("customer.account.restored", id, 3, { ownerId: owner.id, deletedAt: null });
      await account(dead, 1, other.id, "deleted");
      await following.tell("customer.account.owner-changed", dead, 2, {
        ownerId: owner.id,
        deletedAt: new Date().toISOString(),
      });
      await following.arrived(dead, 2);
      await following.arrived(id, 3);
      expect(await following.all(owner.accessToken, later)).toMatchObject([{ id, version: 3, change: "restored" }]);
    });

    it("A08 lets no name of a hidden field out, nor a change of hidden fields alone", async () => {
      const fieldRules = { "customer.account": { industry: "hidden", website: "read-only" } };
      const clerk = await following.user(READ, { fieldRules });
      const since = await following.now(clerk.accessToken);
      const [id, other] = [randomUUID(), randomUUID()];
      await following.tell("customer.account.updated", id, 2, {}, ["industry"]);
      await following.tell("customer.account.updated", other, 2, {}, ["industry", "website"]);
      await following.tell("customer.account.deleted", id, 3, { deletedAt: new Date().toISOString() }, ["industry"]);
      await following.arrived(id, 3);
      const entries = await following.all(clerk.accessToken, since);
      expect(entries).toMatchObject([
        { id: other, fields: ["website"] },
        { id, change: "deleted", fields: [] },
      ]);
    });

    it("A08 tells a key what it may read, and nothing of what is encrypted", async () => {
      const { body } = await system.send<{ key: string }>("POST", "/v1/api-keys", {
        name: "copy",
        grants: { "customer.contact.read": "all" },
      });
      const since = await following.now(body.key);
      const [id, secret] = [randomUUID(), randomUUID()];
      await following.tell("customer.contact.updated", secret, 2, {}, ["contactPoints"]);
      await following.tell("customer.contact.updated", id, 2, {}, ["contactPoints", "title"]);
      await account(randomUUID(), 1, null, "created");
      await following.arrived(id, 2);
      expect(await following.all(body.key, since)).toMatchObject([{ kind: "contacts", id, fields: ["title"] }]);
    });
  });

  it("counts an event that comes twice, or late, once and as what it was", async () => {
    const reader = await following.user(READ);
    const since = await following.now(reader.accessToken);
    const id = randomUUID();
    await account(id, 1, null, "created");
    await account(id, 3, null);
    await account(id, 2, null, "deleted"); // late
    await account(id, 3, null); // again, under another id
    const end = randomUUID();
    await account(end, 1, null, "created");
    await following.arrived(end, 1);
    const rows = await system.database.admin.query(
      "SELECT version, change FROM identity.record_change WHERE record_id = $1 ORDER BY seq",
      [id],
    );
    expect(rows.rows).toEqual([
      { version: 1, change: "created" },
      { version: 3, change: "updated" },
    ]);
    expect(await following.all(reader.accessToken, since)).toMatchObject([{ id, version: 3 }, { id: end }]);
  });

  it("loses nothing where the lower number is committed later", async () => {
    const reader = await following.user(READ);
    const since = await following.now(reader.accessToken);
    const database = system.database.open("identity");
    const [slow, fast] = [randomUUID(), randomUUID()];
    let commit: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (commit = resolve));
    let appended: () => void = () => undefined;
    const began = new Promise<void>((resolve) => (appended = resolve));
    const first = database.transaction(async (tx) => {
      await append(tx, [aChange(slow)]);
      appended();
      await held;
    });
    await began;
    const second = database.transaction((tx) => append(tx, [aChange(fast)]));
    // Whether the second waits or is there: who reads in between must not pass over the first.
    await eventually(async () => {
      const waits = await system.database.admin.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%change_feed%' AND datname = current_database()`,
      );
      const isThere = await system.database.admin.query("SELECT 1 FROM identity.record_change WHERE record_id = $1", [
        fast,
      ]);
      return waits.rows.length + isThere.rows.length > 0;
    });
    const { body: between } = await following.sync(reader.accessToken, `?since=${since}`);
    commit();
    await Promise.all([first, second]);
    const after = await following.all(reader.accessToken, between.page.since);
    expect([...between.data, ...after].map(({ id }) => id)).toEqual([slow, fast]);
  });

  describe("answers 410", () => {
    it("sync.expired where changes since then are kept no longer, and to a token of another time", async () => {
      const reader = await following.user(READ);
      const since = await following.now(reader.accessToken);
      await account(randomUUID(), 1, null, "created");
      const [id, last] = [randomUUID(), randomUUID()];
      await account(id, 1, null, "created");
      await following.arrived(id, 1);
      const between = await following.now(reader.accessToken);
      await system.database.admin.query("UPDATE identity.record_change SET recorded_at = now() - interval '31 days'");
      await account(last, 1, null, "created");
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

function aChange(recordId: string): ToldChange {
  return {
    concept: "customer.account",
    recordId,
    version: 1,
    change: "created",
    fields: [],
    at: new Date().toISOString(),
    actorType: "system",
    actorId: "test",
    after: { ownerId: null, teamId: null, collaborators: [] },
    before: null,
  };
}
