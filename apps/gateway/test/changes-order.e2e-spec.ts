import { eventually } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { append } from "../src/changes/change-table.ts";
import type { ToldChange } from "../src/changes/told-changes.ts";
import { Following } from "./following.ts";
import { System } from "./system.ts";

const READ = { "customer.account.read": "all" };

describe("GET /v1/sync, in the order of events,", () => {
  let system: System;
  let following: Following;

  beforeAll(async () => {
    system = await System.start();
    following = new Following(system);
  });
  afterAll(() => system.close());

  it("counts an event that comes twice, or late, once and as what it was", async () => {
    const reader = await following.user(READ);
    const since = await following.now(reader.accessToken);
    const id = randomUUID();
    await following.account(id, 1, null, "created");
    await following.account(id, 3, null);
    await following.account(id, 2, null, "deleted"); // late
    await following.account(id, 3, null); // again, under another id
    const end = randomUUID();
    await following.account(end, 1, null, "created");
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
