import { eventually, publish, startService, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer } from "./customer.ts";

interface Progress {
  progress: { resource: string; done: number; failed: number; finished: boolean }[];
  resources: { resource: string; owned: number }[];
}

interface Event {
  type: string;
  actorid: string;
  causationid: string;
  data: { from: string; account: { ownerId: string | null; teamId: string | null } };
}

describe("identity.user.handed-over", () => {
  let customer: Customer;
  const clerk: TestCaller = { id: randomUUID(), grants: { "identity.user.handover": "all" } };
  const send = <B>(path: string, as = clerk) => customer.service.request<B>(as, "GET", `/internal/holdings/${path}`);
  const sql = async <R extends object>(text: string, values: unknown[] = []) =>
    (await customer.database.admin.query<R>(text, values)).rows;

  /** Makes records of somebody, and returns their ids. */
  async function accountsOf(ownerId: string, count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let left = count; left > 0; left -= 500) {
      const operations = Array.from({ length: Math.min(left, 500) }, (_, n) => ({
        op: "create",
        data: { name: `华星 ${n}`, ownerId },
      }));
      ids.push(...(await customer.import("accounts", operations)).map(({ id }) => id!));
    }
    return ids;
  }

  /** Somebody whom this service knows. */
  async function person(): Promise<string> {
    const id = randomUUID();
    await publish(customer.database, "identity.user.updated", { id });
    await eventually(async () => (await sql("SELECT 1 FROM customer.user_copy WHERE id = $1", [id])).length === 1);
    return id;
  }

  async function handOver(from: string, to: object, more: { handoverId?: string; resources?: string[] } = {}) {
    const handoverId = more.handoverId ?? randomUUID();
    const facts = { toUserId: null, toTeamId: null, resources: null, ...more, ...to, handoverId };
    const eventId = randomUUID();
    await publish(customer.database, "identity.user.handed-over", { id: from }, 5, eventId, { facts, origin: "ui" });
    return { handoverId, eventId };
  }

  const progressOf = async (from: string, id: string) => (await send<Progress>(`${from}/handovers/${id}`)).body;

  /** How many of each resource have changed hands. */
  const untilDone = (from: string, { handoverId }: { handoverId: string }): Promise<Record<string, number>> =>
    eventually(async () => {
      const { progress } = await progressOf(from, handoverId);
      if (progress.length === 0 || !progress.every(({ finished }) => finished)) throw new Error("It goes on.");
      return Object.fromEntries(progress.map(({ resource, done }) => [resource, done]));
    }, 60_000);

  const eventsOf = async (id: string) =>
    (
      await sql<{ event: Event }>(
        "SELECT payload::json AS event FROM customer.outbox WHERE key = $1 AND type LIKE '%.owner-changed' ORDER BY seq",
        [id],
      )
    ).map(({ event }) => event);
  const holderOf = async (id: string) => {
    const { ownerId, teamId, version } = await customer.get(`/v1/accounts/${id}`);
    return { ownerId, teamId, version };
  };

  beforeAll(async () => {
    customer = await startCustomer();
  });
  afterAll(() => customer.close());

  it("moves what he owns of every resource, as many as were foretold, with event and history of each", async () => {
    const [leaver, heir, other] = [await person(), await person(), await person()];
    const [account] = await accountsOf(leaver, 3);
    const [foreign] = await accountsOf(other, 1);
    const as: TestCaller = { ...customer.admin, id: leaver };
    await customer.create("contacts", { lastName: "王" }, as);
    await customer.create("tasks", { subject: "Call back" }, as);
    await customer.create("interactions", { kind: "note", occurredAt: "2026-03-01T09:00:00Z" }, as);
    const before = await send<{ resources: { resource: string; owned: number }[] }>(leaver);
    const foretold = Object.fromEntries(before.body.resources.map(({ resource, owned }) => [resource, owned]));
    expect(foretold).toEqual({ accounts: 3, contacts: 1, tasks: 1, interactions: 1 });

    const handover = await handOver(leaver, { toUserId: heir });
    expect(await untilDone(leaver, handover)).toEqual(foretold);

    expect(await holderOf(account!)).toEqual({ ownerId: heir, teamId: null, version: 2 });
    expect(await holderOf(foreign!)).toEqual({ ownerId: other, teamId: null, version: 1 });
    expect(await eventsOf(account!)).toMatchObject([
      {
        type: "customer.account.owner-changed",
        actortype: "system",
        actorid: "handover",
        origin: "ui",
        causationid: handover.eventId,
        data: { from: leaver, changed: ["ownerId"], account: { ownerId: heir } },
      },
    ]);
    expect(
      await sql("SELECT field, before, after, job_id FROM customer.history WHERE record_id = $1 AND version = 2", [
        account,
      ]),
    ).toEqual([{ field: "ownerId", before: leaver, after: heir, job_id: handover.handoverId }]);
    expect((await progressOf(leaver, handover.handoverId)).resources.every(({ owned }) => owned === 0)).toBe(true);
  });

  it("puts it into the pool of a team", async () => {
    const [leaver, team] = [await person(), randomUUID()];
    const [id] = await accountsOf(leaver, 1);
    await untilDone(leaver, await handOver(leaver, { toTeamId: team }));
    expect(await holderOf(id!)).toEqual({ ownerId: null, teamId: team, version: 2 });
    expect(await eventsOf(id!)).toMatchObject([{ data: { from: leaver, account: { ownerId: null, teamId: team } } }]);
  });

  it("leaves deleted records to him, and resources that are not named", async () => {
    const [leaver, heir] = [await person(), await person()];
    const [kept, deleted] = await accountsOf(leaver, 2);
    await customer.service.request(customer.admin, "DELETE", `/v1/accounts/${deleted}`);
    const contact = await customer.create("contacts", { lastName: "王" }, { ...customer.admin, id: leaver });
    const handover = await handOver(leaver, { toUserId: heir }, { resources: ["accounts", "leads"] });
    expect(await untilDone(leaver, handover)).toEqual({ accounts: 1 });
    expect((await holderOf(kept!)).ownerId).toBe(heir);
    expect((await customer.get(`/v1/contacts/${contact.id}`)).ownerId).toBe(leaver);
    await customer.service.request(customer.admin, "POST", `/v1/accounts/${deleted}/restore`);
    expect((await holderOf(deleted!)).ownerId).toBe(leaver);
    // And another handover takes it along.
    expect(await untilDone(leaver, await handOver(leaver, { toUserId: heir }, { resources: ["accounts"] }))).toEqual({
      accounts: 1,
    });
  });

  it("has no second effect when it comes again, and another handover finds nothing left", async () => {
    const [leaver, heir, late] = [await person(), await person(), await person()];
    const [id] = await accountsOf(leaver, 1);
    const first = await handOver(leaver, { toUserId: heir });
    await untilDone(leaver, first);
    const [later] = await accountsOf(leaver, 1);
    await handOver(leaver, { toUserId: late }, first); // the same handover as another event, past the inbox
    const second = await handOver(leaver, { toUserId: late }, { resources: ["tasks"] });
    expect(await untilDone(leaver, second)).toEqual({ tasks: 0 });
    expect(await holderOf(id!)).toEqual({ ownerId: heir, teamId: null, version: 2 });
    expect(await holderOf(later!)).toEqual({ ownerId: leaver, teamId: null, version: 1 });
  });

  it("moves 5,000 records once each, in transactions of 200 at most, with two replicas at work", async () => {
    const [leaver, heir] = [await person(), await person()];
    const ids = await accountsOf(leaver, 5_000);
    const load = () => import("../src/app.module.ts");
    const replica = await startService({ name: "customer", schema: "customer" }, load, customer.database);
    try {
      const handover = await handOver(leaver, { toUserId: heir });
      expect(await untilDone(leaver, handover)).toMatchObject({ accounts: 5_000 });
    } finally {
      await replica.close();
    }
    const [moved] = await sql(
      `SELECT count(*)::int AS records, max(version) AS version, (SELECT count(*)::int FROM customer.outbox
         WHERE type = 'customer.account.owner-changed' AND key = ANY($1)) AS events
       FROM customer.account WHERE owner_id = $2`,
      [ids, heir],
    );
    expect(moved).toEqual({ records: 5_000, version: 2, events: 5_000 });
    const [batch] = await sql<{ most: number }>(
      `SELECT max(count)::int AS most FROM (SELECT count(*) FROM customer.account WHERE owner_id = $1 GROUP BY xmin::text) b`,
      [heir],
    );
    expect(batch!.most).toBeLessThanOrEqual(200);
  }, 120_000);

  it("leaves to others what somebody gives them, or deletes, meanwhile", async () => {
    const [leaver, heir, other] = [await person(), await person(), await person()];
    const [given, deleted, kept] = await accountsOf(leaver, 3);
    const blocker = await customer.database.admin.connect();
    try {
      await blocker.query("BEGIN");
      await blocker.query("UPDATE customer.account SET owner_id = $1 WHERE id = $2", [other, given]);
      await blocker.query("UPDATE customer.account SET deleted_at = now() WHERE id = $1", [deleted]);
      const handover = await handOver(leaver, { toUserId: heir });
      await eventually(async () => {
        const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE%'
          AND datname = current_database()`;
        return (await sql(waiting)).length > 0;
      });
      await blocker.query("COMMIT");
      expect(await untilDone(leaver, handover)).toMatchObject({ accounts: 1 });
    } finally {
      blocker.release(true);
    }
    expect(await holderOf(given!)).toEqual({ ownerId: other, teamId: null, version: 1 });
    expect((await holderOf(kept!)).ownerId).toBe(heir);
    expect(await eventsOf(deleted!)).toEqual([]);
  });

  it("leaves a record that cannot be read where it is, says so, and moves the others", async () => {
    const [leaver, heir] = [await person(), await person()];
    const as: TestCaller = { ...customer.admin, id: leaver };
    const contactPoints = [{ kind: "email", value: "wang@kehu.example" }];
    const made = await Promise.all(
      Array.from({ length: 12 }, () => customer.create("contacts", { lastName: "王", contactPoints }, as)),
    );
    const [broken, ...others] = made.map(({ id }) => id);
    const [donor] = await sql<{ sealed: string }>(
      "SELECT contact_points AS sealed FROM customer.contact WHERE id = $1",
      [others[0]],
    );
    await sql("UPDATE customer.contact SET contact_points = $1 WHERE id = $2", [donor!.sealed, broken]);
    const handover = await handOver(leaver, { toUserId: heir }, { resources: ["contacts"] });
    await untilDone(leaver, handover);
    expect(await progressOf(leaver, handover.handoverId)).toMatchObject({
      progress: [{ resource: "contacts", done: 11, failed: 1, finished: true }],
    });
    const owners = await sql<{ id: string; owner_id: string }>(
      "SELECT id, owner_id FROM customer.contact WHERE id = ANY($1)",
      [made.map(({ id }) => id)],
    );
    expect(owners.filter(({ owner_id }) => owner_id === leaver).map(({ id }) => id)).toEqual([broken]);
  });

  it("comes to rest when two hand over to each other: the first is done before the second begins", async () => {
    const [one, other] = [await person(), await person()];
    const ids = await accountsOf(one, 600);
    const [there, back] = [
      await handOver(one, { toUserId: other }, { resources: ["accounts"] }),
      await handOver(other, { toUserId: one }, { resources: ["accounts"] }),
    ];
    expect(await untilDone(other, back)).toEqual({ accounts: 600 });
    expect(await untilDone(one, there)).toEqual({ accounts: 600 });
    expect(await holderOf(ids[0]!)).toEqual({ ownerId: one, teamId: null, version: 3 });
  });

  it("is told of to the gateway only in the name of who may hand over", async () => {
    const stranger: TestCaller = { id: randomUUID(), grants: { "identity.user.read": "all" } };
    expect((await send(clerk.id)).status).toBe(200);
    expect(await send(clerk.id, stranger)).toMatchObject({ status: 403, body: { code: "permission.denied" } });
    expect((await send(`${clerk.id}/handovers/${randomUUID()}`, stranger)).status).toBe(403);
  });
});
