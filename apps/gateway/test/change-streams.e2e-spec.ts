import { eventually, type TestGateway } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { Client, Following, lastIdOf, type Person } from "./following.ts";
import { Forger, seconds } from "./forger.ts";
import { startReplica, System } from "./system.ts";

const READ = { "customer.account.read": "all" };
const OWN = { "customer.account.read": "own" };
/** Fifteen seconds of the product, in milliseconds. */
const PATIENCE = 2_000;
const IN_WHOLE = 12;
const OF_CALLER = 3;
/** From the write to the client; a loaded machine may be later than the product promises. */
const SOON = 3_000;

describe("GET /v1/changes", () => {
  let system: System;
  let replica: TestGateway;
  let following: Following;
  let forger: Forger;
  const clients: Client[] = [];

  beforeAll(async () => {
    system = await System.start(undefined, {
      KEHU_CLIENT_PATIENCE_MS: String(PATIENCE),
      KEHU_STREAMS: String(IN_WHOLE),
      KEHU_STREAMS_CALLER: String(OF_CALLER),
      KEHU_IN_FLIGHT_CALLER: "2",
    });
    replica = await startReplica(system.gateway.keysDir);
    following = new Following(system);
    forger = await Forger.start(system);
  });
  afterEach(() => clients.splice(0).forEach((client) => client.close()));
  afterAll(async () => {
    forger.close();
    await replica.close();
    await system.close();
  });

  const open = async (token: string, query = "", headers: Record<string, string> = {}, gateway = system.gateway) => {
    const client = await Client.open(gateway, token, query, headers);
    clients.push(client);
    return client;
  };
  /** One that has begun. */
  const follow = async (...given: Parameters<typeof open>) => {
    const client = await open(...given);
    expect(client.status).toBe(200);
    await eventually(() => client.lastId !== undefined);
    return client;
  };
  const tell = (id: string, version = 1, ownerId: string | null = null) =>
    following.tell(version === 1 ? "customer.account.created" : "customer.account.updated", id, version, { ownerId }, [
      "name",
    ]);
  const idsOf = (client: Client) => client.entries.map(({ id }) => id);
  const ended = (client: Client, reason: string) =>
    eventually(() => {
      expect(client.reason).toBe(reason);
      expect(client.isOver).toBe(true);
    });

  it("tells at once what happens, on every replica, and the same as /v1/sync", async () => {
    const reader = await following.user(READ);
    const [here, there] = [await follow(reader.accessToken), await follow(reader.accessToken, "", {}, replica)];
    expect(here.response.headers).toMatchObject({
      "content-type": expect.stringMatching(/^text\/event-stream/),
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      "x-content-type-options": "nosniff",
    });
    const since = here.lastId!;
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    for (const id of ids) {
      const start = performance.now();
      await tell(id);
      await eventually(() => idsOf(here).includes(id) && idsOf(there).includes(id), SOON);
      expect(performance.now() - start).toBeLessThan(SOON);
    }
    expect(idsOf(here)).toEqual(ids);
    expect(here.entries).toEqual(there.entries);
    expect(here.entries).toEqual(await following.all(reader.accessToken, since));
    expect(await following.all(reader.accessToken, here.lastId!)).toEqual([]);
  });

  it("goes on from the last id, and loses nothing of what came meanwhile", async () => {
    const reader = await following.user(READ);
    const first = await follow(reader.accessToken);
    const ids = Array.from({ length: 450 }, () => randomUUID());
    await tell(ids[0]!);
    await eventually(() => idsOf(first).includes(ids[0]!));
    first.close();
    for (const id of ids.slice(1, -1)) await tell(id);
    await following.arrived(ids.at(-2)!, 1);
    const second = await follow(reader.accessToken, "", { "last-event-id": first.lastId! });
    await tell(ids.at(-1)!);
    await eventually(() => idsOf(second).includes(ids.at(-1)!));
    expect(idsOf(second)).toEqual(ids.slice(1));
    const third = await follow(reader.accessToken, `?since=${first.lastId!}`);
    await eventually(() => idsOf(third).includes(ids.at(-1)!));
    expect(idsOf(third)).toEqual(ids.slice(1));
  });

  it("repeats to a client who was cut within what was told at once, so that he misses nothing of it", async () => {
    const reader = await following.user(READ);
    const since = await following.now(reader.accessToken);
    const [one, other] = [randomUUID(), randomUUID()];
    await tell(one);
    await tell(other);
    await tell(one, 2);
    await following.arrived(one, 2);
    const whole = await follow(reader.accessToken, `?since=${since}`);
    await eventually(() => whole.entries.length === 2);
    expect(whole.entries).toMatchObject([{ id: other }, { id: one, change: "created", version: 2 }]);
    const cut = whole.blocks.slice(0, whole.blocks.findIndex(({ event }) => event === "change") + 1);
    const again = await follow(reader.accessToken, "", { "last-event-id": lastIdOf(cut)! });
    await eventually(() => again.entries.length === 2);
    expect(again.entries).toEqual(whole.entries);
    expect(await following.all(reader.accessToken, whole.lastId!)).toEqual([]);
  });

  it("tells each what he reaches, and of the kinds that he asks for", async () => {
    const [one, other] = [await following.user(OWN), await following.user(OWN)];
    const [mine, theirs] = [await follow(one.accessToken), await follow(other.accessToken)];
    const tasks = await follow(system.token, "?kinds=tasks");
    const id = randomUUID();
    await tell(id, 1, one.id);
    await eventually(() => mine.entries.length === 1);
    await following.tell("customer.account.owner-changed", id, 2, { ownerId: other.id }, ["ownerId"], { from: one.id });
    await eventually(() => theirs.entries.length === 1 && mine.entries.length === 2);
    expect(mine.entries).toMatchObject([{ change: "created" }, { change: "gone", actor: null, fields: [] }]);
    expect(theirs.entries).toMatchObject([{ id, change: "created", version: 2 }]);
    expect(tasks.entries).toEqual([]);
  });

  it("lives on while nothing happens, and moves the last id with what it does not tell", async () => {
    const reader = await following.user(OWN);
    const client = await follow(reader.accessToken);
    const before = client.lastId;
    await tell(randomUUID());
    await eventually(() => client.blocks.length >= 4, 5 * PATIENCE);
    expect(client.lastId).not.toBe(before);
    expect(client.entries).toEqual([]);
    expect(client.isOver).toBe(false);
    const id = randomUUID();
    await tell(id, 1, reader.id);
    await eventually(() => idsOf(client).includes(id));
  }, 30_000);

  it("is no request under way: its caller can ask for other things", async () => {
    const reader = await following.user(READ);
    for (let count = 0; count < OF_CALLER; count += 1) await follow(reader.accessToken);
    expect((await system.gateway.request("GET", "/v1/me", { token: reader.accessToken })).status).toBe(200);
  });

  describe("ends", () => {
    it("A17 session-ended where the user signs out, is suspended, or his key is revoked", async () => {
      const [out, suspended] = [await following.user(READ), await following.user(READ)];
      const { body: key } = await system.send<{ key: string; id: string }>("POST", "/v1/api-keys", {
        name: "k",
        grants: READ,
      });
      const streams = [await follow(out.accessToken), await follow(suspended.accessToken), await follow(key.key)];
      await system.gateway.request("POST", "/v1/auth/logout", { token: out.accessToken });
      await ended(streams[0]!, "session-ended");
      expect([streams[1]!.isOver, streams[2]!.isOver]).toEqual([false, false]);
      await system.send("POST", `/v1/users/${suspended.id}/suspend`);
      await ended(streams[1]!, "session-ended");
      await system.send("DELETE", `/v1/api-keys/${key.id}`);
      await ended(streams[2]!, "session-ended");
      expect((await open(out.accessToken)).status).toBe(401);
    });

    it("session-ended on every replica", async () => {
      const reader = await following.user(READ);
      const client = await follow(reader.accessToken, "", {}, replica);
      await system.send("DELETE", `/v1/users/${reader.id}/sessions`);
      await ended(client, "session-ended");
    });

    it("token-expired when the token does", async () => {
      const reader = await following.user(READ);
      const { sub, sid } = forger.claimsOf(reader.accessToken);
      const client = await follow(forger.claiming({ sub, sid, exp: seconds() + 2 }));
      await ended(client, "token-expired");
      expect((await following.sync(reader.accessToken, `?since=${client.lastId!}`)).status).toBe(200);
    });

    it("reach-changed when he moves or his role changes, and refuses the old id", async () => {
      const team = await following.team();
      const reader = await following.user(OWN);
      const client = await follow(reader.accessToken);
      await system.send("PATCH", `/v1/users/${reader.id}`, { teamId: team });
      await ended(client, "reach-changed");
      const again = await open(reader.accessToken, "", { "last-event-id": client.lastId! });
      expect(again.status).toBe(410);
    });

    it("closing when the gateway ends, so that the client comes back elsewhere", async () => {
      const leaving = await startReplica(system.gateway.keysDir);
      const reader = await following.user(READ);
      const client = await follow(reader.accessToken, "", {}, leaving);
      const start = performance.now();
      await leaving.farewell();
      await ended(client, "closing");
      expect(performance.now() - start).toBeLessThan(PATIENCE);
    });
  });

  it("refuses one stream too many of a caller with 429, and of all with 503; who leaves makes room", async () => {
    const people: Person[] = [];
    for (let count = 0; count < 5; count += 1) people.push(await following.user(READ));
    const opened: Client[] = [];
    for (const { accessToken } of people.slice(0, 4))
      for (let count = 0; count < OF_CALLER; count += 1) opened.push(await follow(accessToken));
    const full = await open(people[0]!.accessToken);
    expect([full.status, full.response.headers["retry-after"]]).toEqual([503, "5"]);
    opened.at(-1)!.close();
    await eventually(async () => (await open(people[4]!.accessToken)).status === 200);
    opened.at(-2)!.close();
    await eventually(async () => (await open(people[0]!.accessToken)).status === 429);
  });

  it("answers HEAD at once, and refuses what /v1/sync refuses", async () => {
    const head = await fetch(`${system.gateway.url}/v1/changes`, {
      method: "HEAD",
      headers: { authorization: `Bearer ${system.token}` },
    });
    expect(head.status).toBe(200);
    expect((await open(system.token, "?since=x")).status).toBe(400);
    expect((await open(system.token, "?kinds=x")).status).toBe(400);
    expect((await open("x")).status).toBe(401);
  });
});
