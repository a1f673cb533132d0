import { eventually } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { Client, Following } from "./following.ts";
import { System } from "./system.ts";

const READ = { "customer.account.read": "all" };
const OF_CALLER = 3;
/** Entries of 2 KB: more than the buffers of two sockets hold, which is some 10 MB. */
const FLOOD = 20_000;

describe("GET /v1/changes of a client that takes nothing", () => {
  let system: System;
  let following: Following;

  beforeAll(async () => {
    system = await System.start(undefined, { KEHU_STREAMS_CALLER: String(OF_CALLER) });
    following = new Following(system);
  });
  afterAll(() => system.close());

  const open = (token: string) => Client.open(system.gateway, token);
  const lazy = async (token: string): Promise<Socket> => {
    const socket = connect(system.gateway.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(`GET /v1/changes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
    await new Promise((resolve) => socket.once("readable", resolve));
    return socket.pause();
  };

  /** Changes as the consumer writes them, many at once. @returns the id of the last record */
  async function flood(): Promise<string> {
    const id = randomUUID();
    await system.database.admin.query(
      `WITH given AS (UPDATE identity.change_feed SET last_seq = last_seq + $1 RETURNING last_seq - $1 AS before)
       INSERT INTO identity.record_change (seq, concept, record_id, version, change, fields, at, actor_type, actor_id, collaborators)
       SELECT before + n, 'customer.account', CASE WHEN n = $1 THEN $2::uuid ELSE gen_random_uuid() END, 1, 'created',
         array_fill('aFieldWithQuiteALongName' || n, ARRAY[60]), now(), 'system', 'test', '[]'
       FROM given, generate_series(1, $1::bigint) AS n`,
      [FLOOD, id],
    );
    return id;
  }

  it("A43 closes him, and serves others meanwhile", async () => {
    const reader = await following.user(READ);
    const idle = await lazy(reader.accessToken);
    const [watching, other] = [await open(reader.accessToken), await open(reader.accessToken)];
    expect((await open(reader.accessToken)).status).toBe(429);
    const last = await flood();
    await eventually(() => watching.entries.at(-1)?.id === last, 60_000);
    const place = await eventually(async () => {
      const client = await open(reader.accessToken);
      expect(client.status).toBe(200);
      return client;
    }, 60_000);
    idle.destroy();
    [watching, other, place].forEach((client) => client.close());
  }, 150_000);

  it("A43 reads nothing ahead for him, so that he gets no more than is on its way when his session ends", async () => {
    const [reader, witness] = [await following.user(READ), await following.user(READ)];
    const slow = await lazy(reader.accessToken);
    const watching = await open(witness.accessToken);
    const last = await flood();
    await eventually(() => watching.entries.at(-1)?.id === last, 60_000);
    await system.gateway.request("POST", "/v1/auth/logout", { token: reader.accessToken });
    let text = "";
    slow.on("data", (chunk: Buffer) => (text += chunk.toString("latin1"))).resume();
    await eventually(() => text.includes("session-ended") || slow.destroyed, 60_000);
    const count = text.split("event: change").length - 1;
    expect({ isSaid: text.includes("session-ended"), count }).toEqual({ isSaid: true, count: expect.any(Number) });
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(FLOOD * 0.75);
    slow.destroy();
    watching.close();
  }, 150_000);
});
