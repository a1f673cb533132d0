import { randomUUID } from "node:crypto";
import { eventually } from "@kehu/testing";
import pg from "pg";
import { untilLevel } from "../../migrate/engine/freshness.ts";
import { Company } from "../company.ts";
import { Kehu } from "./support/kehu.ts";
import { Person } from "./support/person.ts";

const RECORDS = 5_000;
const PATIENCE_MS = 180_000;

describe("a handover of 5,000 records", () => {
  let kehu: Kehu;
  let sql: pg.Pool;
  let company: Company;

  beforeAll(async () => {
    kehu = await Kehu.start();
    sql = new pg.Pool({ connectionString: kehu.install.superuserUrl(), max: 2 });
    sql.on("error", () => undefined);
    company = new Company(kehu.url, await Person.signIn(kehu.url));
  });
  afterAll(async () => {
    await sql.end();
    await kehu.remove();
  });

  it.each(["customer", "gateway", "postgres"])("goes on after kill -9 of %s, and moves each once", async (victim) => {
    const [leaver, heir] = [await company.user([]), await company.user([])];
    const ids = await company.records("accounts", RECORDS, { name: "华星", ownerId: leaver.id });
    await untilLevel(kehu.client, PATIENCE_MS);
    const { id } = await company.admin.done<{ id: string }>("POST", `/v1/users/${leaver.id}/handover`, {
      toUserId: heir.id,
    });
    const done = async () => {
      const { services } = await company.handover(leaver.id, id);
      return services.flatMap(({ resources }) => resources).find(({ resource }) => resource === "accounts")?.done ?? 0;
    };
    // In the middle of it, where the process is fast enough to be caught there.
    await eventually(async () => (await done()) > 0, PATIENCE_MS);
    const before = await done();
    expect(before).toBeLessThan(RECORDS);
    await kehu.strike(victim);
    await eventually(async () => (await company.handover(leaver.id, id)).done, PATIENCE_MS);
    expect(await done()).toBe(RECORDS);
    await untilLevel(kehu.client, PATIENCE_MS);
    const { rows } = await sql.query<object>(
      `SELECT count(*)::int AS records, min(version) AS least, max(version) AS most,
         (SELECT count(*)::int FROM customer.outbox WHERE key = ANY($1) AND type = 'customer.account.owner-changed') AS events,
         (SELECT count(*)::int FROM customer.history WHERE record_id = ANY($1::uuid[]) AND version = 2) AS changes,
         (SELECT count(*)::int FROM identity.audit_entry WHERE record_id = ANY($1) AND action = 'customer.account.owner-changed') AS entries
       FROM customer.account WHERE id = ANY($1::uuid[]) AND owner_id = $2`,
      [ids, heir.id],
    );
    const once = { records: RECORDS, least: 2, most: 2, events: RECORDS, changes: RECORDS, entries: RECORDS };
    expect(rows).toEqual([once]);
    expect((await kehu.parked())["customer"]).toBe(0);
  });

  it("waits for a service that was away when it was asked for", async () => {
    const [leaver, heir] = [await company.user([]), await company.user([])];
    const ids = await company.records("leads", 300, { lastName: "赵", ownerId: leaver.id });
    const body = { toUserId: heir.id, resources: ["leads"] };
    const key = { "idempotency-key": randomUUID() };
    const { id } = await kehu.whilePaused("sales", async () => {
      const answer = await company.admin.ask<{ id: string }>("POST", `/v1/users/${leaver.id}/handover`, body, key);
      expect(answer.status).toBe(202);
      return answer.body;
    });
    await eventually(async () => (await company.handover(leaver.id, id)).done, PATIENCE_MS);
    const { rows } = await sql.query("SELECT 1 FROM sales.lead WHERE id = ANY($1::uuid[]) AND owner_id = $2", [
      ids,
      heir.id,
    ]);
    expect(rows).toHaveLength(300);
  });
});
