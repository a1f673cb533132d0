import { testDatabase, type TestDatabase } from "@kehu/testing";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PoolClient } from "pg";
import { BEGINNING, ENTRY_COLUMNS, sealOf, sealsIn, type StoredEntry } from "../src/audit/chain.ts";
import { publicKeys, signHead, type Head } from "../src/audit/heads.ts";
import { Sealer } from "../src/audit/sealer.service.ts";
import { verifyChain, type Query, type Verdict } from "../src/audit/verification.ts";
import { loadKeys } from "../src/keys/key-files.ts";

const ENTRIES = 120;
/** They are sealed in so many rows. */
const ROWS = 4;

/** Each seal in a row of its own. */
export const SEALS = `(${sealsIn("identity.audit_seal")}) AS seal`;

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
    const sealer = new Sealer(database.open("identity"));
    for (let row = 0; row < ROWS; row++) {
      await writeEntries(database, ENTRIES / ROWS);
      await sealer.seal();
    }
    const folder = mkdtempSync(join(tmpdir(), "kehu-audit-"));
    const [key] = loadKeys(folder);
    const superuser = await database.admin.connect();
    const { rows } = await superuser.query<{ seq: string; hash: Buffer }>(
      `SELECT seq, hash FROM ${SEALS} WHERE seq IN ($1, $2) ORDER BY seq`,
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

/** Takes the seals apart, changes the table `seal` of them, and puts them together again in rows of some seals. */
export async function rework(superuser: PoolClient, size: number, ...statements: string[]): Promise<void> {
  await superuser.query(`CREATE TEMP TABLE seal AS SELECT * FROM ${SEALS}`);
  for (const sql of statements) await superuser.query(sql);
  await superuser.query(`
    DELETE FROM identity.audit_seal;
    INSERT INTO identity.audit_seal (first_seq, entry_ids, hashes)
      SELECT min(seq), array_agg(entry_id ORDER BY seq), string_agg(hash, '' ORDER BY seq)
      FROM (SELECT *, seq - row_number() OVER (ORDER BY seq) AS run FROM seal) AS runs GROUP BY run, (seq - 1) / ${size};
    DROP TABLE seal`);
}

/** What somebody who owns the database may do to sealed entries. Each returns what it did, for the report. */
function deeds({ superuser }: Trail, roll: (below: number) => number): (() => Promise<string>)[] {
  const run = (sql: string) => superuser.query(sql);
  const onSeals = (...statements: string[]) => rework(superuser, 1 + roll(40), ...statements);
  const some = () => 1 + roll(ENTRIES);
  const two = () => {
    const one = some();
    const other = some();
    return one === other ? [one, (one % ENTRIES) + 1] : [one, other];
  };
  const idAt = (seq: number) => `(SELECT entry_id FROM ${SEALS} WHERE seq = ${seq})`;
  return [
    async () => {
      const [seq, edit] = [some(), EDITS[roll(EDITS.length)]!];
      await run(`UPDATE identity.audit_entry SET ${edit} WHERE id = ${idAt(seq)}`);
      return `edit ${edit} at ${seq}`;
    },
    async () => {
      const seq = some();
      await run(`DELETE FROM identity.audit_entry WHERE id = ${idAt(seq)}`);
      if (roll(2)) await onSeals(`DELETE FROM seal WHERE seq = ${seq}`);
      return `delete at ${seq}`;
    },
    async () => {
      const seq = some();
      // Or the rest closes the gap.
      const closed = roll(2) ? [`UPDATE seal SET seq = seq - 1 WHERE seq > ${seq}`] : [];
      await onSeals(`DELETE FROM seal WHERE seq = ${seq}`, ...closed);
      return `delete the seal at ${seq}`;
    },
    async () => {
      const seq = some();
      await run(
        `INSERT INTO identity.audit_entry (id, action, outcome) OVERRIDING SYSTEM VALUE VALUES (1000000, 'sales.lead.updated', 'done')`,
      );
      const put = `INSERT INTO seal VALUES (${seq}, 1000000, sha256('made up'))`;
      if (roll(2)) await onSeals(`UPDATE seal SET seq = seq + 1 WHERE seq >= ${seq}`, put);
      return `insert at ${seq}`;
    },
    async () => {
      const [one, other] = two();
      await onSeals(`
        UPDATE seal s SET entry_id = t.entry_id FROM seal t
        WHERE s.seq IN (${one}, ${other}) AND t.seq IN (${one}, ${other}) AND s.seq <> t.seq`);
      return `swap ${one} and ${other}`;
    },
    async () => {
      const left = roll(ENTRIES);
      const entries = `SELECT entry_id FROM ${SEALS} WHERE seq > ${left}`;
      if (roll(2)) await run(`DELETE FROM identity.audit_entry WHERE id IN (${entries})`);
      await onSeals(`DELETE FROM seal WHERE seq > ${left}`);
      return `cut off behind ${left}`;
    },
    async () => {
      const byte = roll(32 * (ENTRIES / ROWS));
      const row = `(SELECT first_seq FROM identity.audit_seal ORDER BY first_seq OFFSET ${roll(ROWS)} LIMIT 1)`;
      await run(
        `UPDATE identity.audit_seal SET hashes = set_byte(hashes, ${byte}, 255 - get_byte(hashes, ${byte})) WHERE first_seq = ${row}`,
      );
      return `turn byte ${byte} of seals`;
    },
    async () => {
      const seq = some();
      await run(`UPDATE identity.audit_entry SET actor_id = 'somebody else' WHERE id = ${idAt(seq)}`);
      await sealAnew(superuser);
      return `edit at ${seq} and seal anew`;
    },
  ];
}

/** Computes the whole chain again, as somebody would who knows how it is made. */
async function sealAnew(superuser: PoolClient): Promise<void> {
  const { rows } = await superuser.query<StoredEntry & { seq: string }>(
    `SELECT seq, ${ENTRY_COLUMNS} FROM ${SEALS} JOIN identity.audit_entry e ON e.id = entry_id ORDER BY seq`,
  );
  let hash = BEGINNING;
  const values = rows.map((row) => {
    hash = sealOf(hash, row.seq, row);
    return `(${row.seq}, decode('${hash.toString("hex")}', 'hex'))`;
  });
  await rework(
    superuser,
    ENTRIES,
    `UPDATE seal SET hash = anew.hash FROM (VALUES ${values.join(", ")}) AS anew (seq, hash) WHERE seal.seq = anew.seq`,
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
