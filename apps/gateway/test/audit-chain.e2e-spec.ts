import { Clock } from "@kehu/records";
import { Logger } from "@nestjs/common";
import { testDatabase, type TestDatabase } from "@kehu/testing";
import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keysIn, publicKeys, readHeads } from "../src/audit/heads.ts";
import { Heads } from "../src/audit/heads.service.ts";
import { Sealer } from "../src/audit/sealer.service.ts";
import { verifyChain, type Query } from "../src/audit/verification.ts";
import type { Config } from "../src/gateway-config.ts";
import { SEALS, writeEntries } from "./tampering.ts";

/** A clock that stands where the test puts it. */
class SetClock extends Clock {
  time = "2026-03-01T12:00:00.000Z";
  override now(): Date {
    return new Date(this.time);
  }
}

describe("the chain of the audit trail", () => {
  let database: TestDatabase;
  let sealer: Sealer;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await testDatabase("identity");
    sealer = new Sealer(database.open("identity"));
  });
  beforeEach(() => database.emptyTables());
  afterAll(() => database.close());

  const sealAll = async (...sealers: Sealer[]) => {
    const all = async (one: Sealer) => {
      while ((await one.seal()) > 0);
    };
    await Promise.all(sealers.map(all));
  };
  const query: Query = async <R>(sql: string, values: readonly unknown[]) =>
    (await database.admin.query(sql, [...values])).rows as R[];
  const verified = () => verifyChain(query, [], new Map());
  const seals = () => query<{ seq: string; entry_id: string }>(`SELECT seq, entry_id FROM ${SEALS} ORDER BY seq`, []);

  describe("the role of the application", () => {
    it.each([
      ["change an entry", "UPDATE audit_entry SET actor_id = NULL"],
      ["remove an entry", "DELETE FROM audit_entry"],
      ["empty the trail", "TRUNCATE audit_entry"],
      ["change a seal", "UPDATE audit_seal SET hashes = ''"],
      ["remove a seal", "DELETE FROM audit_seal"],
      ["empty the chain", "TRUNCATE audit_seal"],
      ["have an entry wait", "INSERT INTO audit_unsealed VALUES (1, ARRAY[1])"],
      ["keep an entry from its seal", "DELETE FROM audit_unsealed"],
      ["change where a caller comes from", "UPDATE usual_address SET address = ''"],
      ["change an origin", "UPDATE request_origin SET address = ''"],
      ["turn the numbers of entries back", "SELECT setval('audit_entry_id_seq', 1)"],
      ["switch the triggers off", "ALTER TABLE audit_entry DISABLE TRIGGER ALL"],
    ])("may not %s", async (_deed, sql) => {
      await writeEntries(database, 3);
      await expect(database.open("identity").queryOnce(sql)).rejects.toMatchObject({ code: "42501" });
    });
  });

  it("has each entry once, without a gap, whoever seals at the same time", async () => {
    const others = [sealer, ...[1, 2].map(() => new Sealer(database.open("identity")))];
    await writeEntries(database, 2_000);
    await Promise.all([sealAll(...others), writeEntries(database, 2_000)]);
    await sealAll(...others);
    const all = await seals();
    expect(all.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 4_000 }, (_, index) => index + 1));
    expect(new Set(all.map(({ entry_id }) => entry_id)).size).toBe(4_000);
    expect(await verified()).toMatchObject({ sealed: 4_000n, waiting: 0n, fault: null });
  });

  it("has an entry that is committed late behind those that were sealed before it, and never twice", async () => {
    const late = await database.admin.connect();
    await late.query("BEGIN");
    const write =
      "INSERT INTO identity.audit_entry (action, outcome) VALUES ('sales.lead.created', 'done') RETURNING id";
    const { rows: held } = await late.query<{ id: string }>(write);
    await late.query("SAVEPOINT lost");
    await late.query(write);
    await late.query("ROLLBACK TO lost"); // leaves a gap in the ids
    const { rows: early } = await database.admin.query<{ id: string }>(write);
    await sealAll(sealer);
    expect(await seals()).toEqual([{ seq: "1", entry_id: early[0]!.id }]);
    await late.query("COMMIT");
    late.release();
    await sealAll(sealer);
    await sealAll(sealer);
    expect(Number(held[0]!.id)).toBeLessThan(Number(early[0]!.id));
    expect(await seals()).toEqual([
      { seq: "1", entry_id: early[0]!.id },
      { seq: "2", entry_id: held[0]!.id },
    ]);
    expect(await verified()).toMatchObject({ sealed: 2n, fault: null });
  });

  it("says what still waits for its seal", async () => {
    await writeEntries(database, 3);
    expect(await verified()).toEqual({ sealed: 0n, waiting: 3n, heads: 0, fault: null });
  });

  describe("its signed head", () => {
    const make = () => {
      const auditDir = mkdtempSync(join(tmpdir(), "kehu-audit-"));
      const clock = new SetClock();
      const heads = new Heads({ auditDir } as Config, database.open("identity"), clock);
      return { auditDir, clock, heads };
    };
    const days = (auditDir: string) => readFileSync(join(auditDir, "heads.jsonl"), "utf8").trim().split("\n");
    const grow = async () => {
      await writeEntries(database, 2);
      await sealAll(sealer);
    };
    const verify = (auditDir: string) => verifyChain(query, readHeads(auditDir), publicKeys(keysIn(auditDir)));

    it("is written when the chain has grown, and kept for each day", async () => {
      const { auditDir, clock, heads } = make();
      await heads.tell();
      expect(readHeads(auditDir)).toEqual([]);
      for (const time of ["2026-03-01T12:00:00.000Z", "2026-03-01T23:59:00.000Z", "2026-03-02T00:00:30.000Z"]) {
        clock.time = time;
        await grow();
        await heads.tell();
        await heads.tell();
      }
      expect(days(auditDir).map((line) => (JSON.parse(line) as { seq: string }).seq)).toEqual(["2", "6"]);
      expect(readHeads(auditDir).at(-1)).toMatchObject({ seq: "6", at: "2026-03-02T00:00:30.000Z" });
      expect(await verify(auditDir)).toEqual({ sealed: 6n, waiting: 0n, heads: 3, fault: null });
      const [key] = publicKeys(keysIn(auditDir)).keys();
      expect(readHeads(auditDir)[0]!.kid).toBe(key);
      expect(statSync(keysIn(auditDir)).mode & 0o777).toBe(0o700);
    });

    it("shows that the end was cut off, also after new entries came", async () => {
      const { auditDir, heads } = make();
      await grow();
      await heads.tell();
      await database.admin.query(
        "UPDATE identity.audit_seal SET entry_ids = entry_ids[:1], hashes = substring(hashes FOR 32); DELETE FROM identity.audit_entry WHERE id = 2",
      );
      expect((await verify(auditDir)).fault).toMatch(/^The chain ends with seal 1; at \S+ it had 2\.$/);
      await grow();
      expect((await verify(auditDir)).fault).toMatch(
        /^The chain up to entry 3 \(seal 2\) is not the one that was signed/,
      );
    });

    it("is not written over a chain that does not have what was signed before", async () => {
      const { auditDir, heads } = make();
      await grow();
      await heads.tell();
      const before = readHeads(auditDir);
      await database.admin.query(
        "UPDATE identity.audit_seal SET entry_ids = entry_ids[:1], hashes = substring(hashes FOR 32); DELETE FROM identity.audit_entry WHERE id = 2",
      );
      await grow();
      await heads.tell();
      expect(readHeads(auditDir)).toEqual(before);
    });

    it("counts only with a signature of ours", async () => {
      const { auditDir, heads } = make();
      await grow();
      await heads.tell();
      const genuine = readHeads(auditDir);
      const forged = genuine.map((head) => ({ ...head, seq: "1" }));
      const keys = publicKeys(keysIn(auditDir));
      expect((await verifyChain(query, forged, keys)).fault).toMatch(/is not signed by a key of ours\.$/);
      expect((await verifyChain(query, genuine, new Map())).fault).toMatch(/is not signed by a key of ours\.$/);
      expect((await verifyChain(query, genuine, keys)).fault).toBeNull();
    });
  });
});
