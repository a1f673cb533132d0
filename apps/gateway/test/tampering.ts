import { testDatabase, type TestDatabase } from "@kehu/testing";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PoolClient } from "pg";
import { BEGINNING, ENTRY_COLUMNS, sealOf, type StoredEntry } from "../src/audit/chain.ts";
import { publicKeys, signHead, type Head } from "../src/audit/heads.ts";
import { Sealer } from "../src/audit/sealer.service.ts";
import { verifyChain, type Query, type Verdict } from "../src/audit/verification.ts";
import { loadKeys } from "../src/keys/key-files.ts";

const ENTRIES = 120;

/** Puts entries of all kinds into the trail. */
export async function writeEntries({ admin }: TestDatabase, count: number): Promise<void> {
  await admin.query(
    `INSERT INTO identity.audit_entry (at, action, outcome, actor_type, actor_id, session_id, address, request_id,
       method, path, status, code, record_type, record_id, version, changed, event_id)
     SELECT '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 s', 'sales.lead.updated',
       (ARRAY['done', 'denied', 'failed'])[1 + n % 3], 'user', gen_random_uuid()::text, gen_random_uuid()::text,
       '10.0.0.' || n % 250, gen_random_uuid()::text, CASE WHEN n % 3 = 1 THEN 'GET' END,
       CASE WHEN n % 3 = 1 THEN '/v1/leads/{id}' END, CASE WHEN n % 3 = 1 THEN 404 END,
       CASE WHEN n % 3 = 1 THEN 'not-found' END, 'lead', gen_random_uuid()::text, n, ARRAY['名称', 'name'],
       gen_random_uuid() FROM generate_series(1, $1::int) AS n`,
    [count],
  );
}

/** A trail that is sealed and signed, and whoever owns its database. */
export class Trail {
  private constructor(
    readonly database: TestDatabase,
    readonly superuser: PoolClient,
    private readonly heads: Head[],
    private readonly keys: ReturnType<typeof publicKeys>,
  ) {}

  static async make(): Promise<Trail> {
    const database = await testDatabase("identity");
    await writeEntries(database, ENTRIES);
    const sealer = new Sealer(database.open("identity"));
    while ((await sealer.seal()) > 0);
    const folder = mkdtempSync(join(tmpdir(), "kehu-audit-"));
    const [key] = loadKeys(folder);
    const superuser = await database.admin.connect();
    const { rows } = await superuser.query<{ seq: string; hash: Buffer }>(
      "SELECT seq, hash FROM identity.audit_seal WHERE seq IN ($1, $2) ORDER BY seq",
      [ENTRIES / 2, ENTRIES],
    );
    const heads = rows.map(({ seq, hash }) => signHead(seq, hash, new Date(), key!));
    // Triggers are off for who wants no traces.
    await superuser.query(`
      BEGIN;
      SET LOCAL session_replication_role = replica;
      ALTER TABLE identity.audit_entry ALTER id DROP IDENTITY`);
    return new Trail(database, superuser, heads, publicKeys(folder));
  }

  verify(): Promise<Verdict> {
    const query: Query = async <R>(sql: string, values: readonly unknown[]) =>
      (await this.superuser.query(sql, [...values])).rows as R[];
    return verifyChain(query, this.heads, this.keys);
  }

  /** Does something to the trail, looks, and undoes it. */
  async after(deed: () => Promise<unknown>): Promise<Verdict> {
    await this.superuser.query("SAVEPOINT before");
    await deed();
    const verdict = await this.verify();
    await this.superuser.query("ROLLBACK TO before");
    return verdict;
  }

  async close(): Promise<void> {
    await this.superuser.query("ROLLBACK");
    this.superuser.release();
    await this.database.close();
  }
}

/** Numbers that look like chance, and are the same in every run (mulberry32). */
function dice(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** At least one for each column. */
export const EDITS = [
  "at = at + interval '1 ms'",
  "recorded_at = recorded_at - interval '1 day'",
  "action = action || '.'",
  "outcome = CASE outcome WHEN 'done' THEN 'failed' ELSE 'done' END",
  "actor_type = 'system'",
  "actor_id = gen_random_uuid()::text",
  "session_id = NULL",
  "address = '192.0.2.1'",
  "request_id = ''",
  "method = coalesce(method, '') || 'X'",
  "path = coalesce(path, '') || '/'",
  "status = coalesce(status, 0) + 1",
  "code = coalesce(code, '') || 'x'",
  "record_type = 'leads'",
  "record_id = NULL",
  "version = version + 1",
  "changed = changed[2:]",
  "changed = ARRAY['名称,name']",
  "event_id = NULL",
  "id = id + 100000",
];

/** What somebody who owns the database may do to sealed entries. Each returns what it did, for the report. */
function deeds({ superuser }: Trail, roll: (below: number) => number): (() => Promise<string>)[] {
  const run = (sql: string, values: unknown[] = []) => superuser.query(sql, values);
  const some = () => 1 + roll(ENTRIES);
  const two = () => {
    const one = some();
    const other = some();
    return one === other ? [one, (one % ENTRIES) + 1] : [one, other];
  };
  const entryOf = "(SELECT entry_id FROM identity.audit_seal WHERE seq = $1)";
  return [
    async () => {
      const [seq, edit] = [some(), EDITS[roll(EDITS.length)]!];
      await run(`UPDATE identity.audit_entry SET ${edit} WHERE id = ${entryOf}`, [seq]);
      return `edit ${edit} at ${seq}`;
    },
    async () => {
      const seq = some();
      await run(`DELETE FROM identity.audit_entry WHERE id = ${entryOf}`, [seq]);
      if (roll(2)) await run("DELETE FROM identity.audit_seal WHERE seq = $1", [seq]);
      return `delete at ${seq}`;
    },
    async () => {
      const seq = some();
      await run("DELETE FROM identity.audit_seal WHERE seq = $1", [seq]);
      // The rest closes the gap.
      if (roll(2)) await run("UPDATE identity.audit_seal SET seq = -seq WHERE seq > $1", [seq]);
      await run("UPDATE identity.audit_seal SET seq = -seq - 1 WHERE seq < 0");
      return `delete the seal at ${seq}`;
    },
    async () => {
      const seq = some();
      await run(
        `INSERT INTO identity.audit_entry (id, action, outcome) OVERRIDING SYSTEM VALUE VALUES (1000000, 'sales.lead.updated', 'done')`,
      );
      if (roll(2)) {
        await run("UPDATE identity.audit_seal SET seq = -seq WHERE seq >= $1", [seq]);
        await run("UPDATE identity.audit_seal SET seq = -seq + 1 WHERE seq < 0");
        await run("INSERT INTO identity.audit_seal VALUES ($1, 1000000, sha256('made up'))", [seq]);
      }
      return `insert at ${seq}`;
    },
    async () => {
      const [one, other] = two();
      await run(`UPDATE identity.audit_seal SET entry_id = -entry_id WHERE seq IN ($1, $2)`, [one, other]);
      await run(
        `UPDATE identity.audit_seal s SET entry_id = -t.entry_id FROM identity.audit_seal t
         WHERE s.seq IN ($1, $2) AND t.seq IN ($1, $2) AND s.seq <> t.seq`,
        [one, other],
      );
      return `swap ${one} and ${other}`;
    },
    async () => {
      const left = roll(ENTRIES);
      if (roll(2))
        await run(
          "DELETE FROM identity.audit_entry WHERE id IN (SELECT entry_id FROM identity.audit_seal WHERE seq > $1)",
          [left],
        );
      await run("DELETE FROM identity.audit_seal WHERE seq > $1", [left]);
      return `cut off behind ${left}`;
    },
    async () => {
      const seq = some();
      await run(`UPDATE identity.audit_entry SET actor_id = 'somebody else' WHERE id = ${entryOf}`, [seq]);
      await sealAnew(superuser);
      return `edit at ${seq} and seal anew`;
    },
  ];
}

/** Computes the whole chain again, as somebody would who knows how it is made. */
async function sealAnew(superuser: PoolClient): Promise<void> {
  const { rows } = await superuser.query<StoredEntry & { seq: string }>(
    `SELECT s.seq, ${ENTRY_COLUMNS} FROM identity.audit_seal s JOIN identity.audit_entry e ON e.id = s.entry_id ORDER BY s.seq`,
  );
  let hash = BEGINNING;
  const seals = rows.map((row) => ({ seq: row.seq, hash: (hash = sealOf(hash, row.seq, row)).toString("hex") }));
  await superuser.query(
    `UPDATE identity.audit_seal s SET hash = decode(r.hash, 'hex')
     FROM json_to_recordset($1) AS r (seq bigint, hash text) WHERE s.seq = r.seq`,
    [JSON.stringify(seals)],
  );
}

/** So many times something is done to sealed entries; each time it is found. */
export function tampering(times: number): void {
  describe(`verify, after ${times} deeds of a superuser`, () => {
    let trail: Trail;

    beforeAll(async () => {
      trail = await Trail.make();
    });
    afterAll(() => trail.close());

    it("finds nothing where nothing was done", async () => {
      expect(await trail.verify()).toEqual({ sealed: BigInt(ENTRIES), waiting: 0n, heads: 2, fault: null });
    });

    it("A45 finds each of them", async () => {
      const roll = dice(45);
      const all = deeds(trail, roll);
      const missed: string[] = [];
      for (let n = 0; n < times; n++) {
        let done = "";
        const { fault } = await trail.after(async () => (done = await all[n % all.length]!()));
        if (fault === null) missed.push(done);
      }
      expect(missed).toEqual([]);
    });
  });
}
