import { randomUUID } from "node:crypto";
import { Following } from "./following.ts";
import { System } from "./system.ts";

const READ = { "customer.account.read": "all" };
const OWN = { "customer.account.read": "own" };

describe("GET /v1/sync, within the caller's reach,", () => {
  let system: System;
  let following: Following;

  beforeAll(async () => {
    system = await System.start();
    following = new Following(system);
  });
  afterAll(() => system.close());

  it("A06 tells the old owner that a record is gone, and nothing of it; the new one that it is there", async () => {
    const [before, after, stranger] = [await following.user(OWN), await following.user(OWN), await following.user(OWN)];
    const tokens = [before, after, stranger].map(({ accessToken }) => accessToken);
    const since = await Promise.all(tokens.map((token) => following.now(token)));
    const id = randomUUID();
    await following.account(id, 1, before.id, "created");
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
    await following.account(ids[0], 1, colleague.id, "created");
    await following.account(ids[1], 1, far.id, "created");
    await following.tell("customer.account.created", ids[2], 1, { ownerId: null, teamId: here });
    await following.tell("customer.account.created", ids[3], 1, { ownerId: far.id });
    const collaborators = [{ type: "team", id: here, access: "read" }];
    await following.tell("customer.account.updated", ids[3], 2, { ownerId: far.id, collaborators }, ["collaborators"]);
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
    await following.account(id, 1, owner.id, "created");
    await following.account(id, 2, owner.id, "deleted");
    await following.arrived(id, 2);
    expect(await following.all(owner.accessToken, since)).toMatchObject([{ id, version: 2, change: "deleted" }]);
    const later = await following.now(owner.accessToken);
    await following.tell("customer.account.restored", id, 3, { ownerId: owner.id, deletedAt: null });
    await following.account(dead, 1, other.id, "deleted");
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
    await following.account(randomUUID(), 1, null, "created");
    await following.arrived(id, 2);
    expect(await following.all(body.key, since)).toMatchObject([{ kind: "contacts", id, fields: ["title"] }]);
  });
});
