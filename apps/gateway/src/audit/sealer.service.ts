import { Database, rowset, type Tx } from "@kehu/database";
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import { BEGINNING, ENTRY_COLUMNS, sealOf, type StoredEntry } from "./chain.ts";

const EVERY_MS = 1_000;
const PAGE = 1_000;

const LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('identity.audit-seal', 0)) AS mine";
const LAST = "SELECT seq, hash FROM audit_seal ORDER BY seq DESC LIMIT 1";
const WAITING = `SELECT entry_id FROM audit_unsealed ORDER BY entry_id LIMIT ${PAGE}`;
const ENTRIES = `SELECT ${ENTRY_COLUMNS} FROM audit_entry e WHERE e.id = ANY($1) ORDER BY e.id`;
const SEALS = { seq: "bigint", entry_id: "bigint", hash: "text" };

/**
 * Links entries into the chain, in the order in which it finds them: one that is committed late has its place behind
 * those that were there. Every replica has a sealer; whoever has the lock of the moment seals, and were two at it, the
 * places in the chain are unique.
 */
@Injectable()
export class Sealer implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(Sealer.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private failing = false;

  constructor(private readonly database: Database) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running ??= this.turn().finally(() => (this.running = undefined));
    }, EVERY_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async turn(): Promise<void> {
    try {
      const [found] = await this.database.query("SELECT 1 FROM audit_unsealed LIMIT 1");
      if (found) while ((await this.seal()) === PAGE);
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.log.error(`Entries cannot be sealed: ${(error as Error).message}`);
      this.failing = true;
    }
  }

  /** Seals the next entries. @returns how many; 0 where another sealer is at it */
  seal(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const [lock] = await tx.query<{ mine: boolean }>(LOCK);
      if (!lock?.mine) return 0;
      // With a look of their own each, so that they see what the last holder of the lock has committed.
      const [[last], waiting] = await Promise.all([
        tx.query<{ seq: string; hash: Buffer }>(LAST),
        tx.query<{ entry_id: string }>(WAITING),
      ]);
      // Planned each time: a plan from the days when there were few entries would read all of them.
      const entries = await tx.queryOnce<StoredEntry>(ENTRIES, [waiting.map(({ entry_id }) => entry_id)]);
      if (entries.length > 0) await insertSeals(tx, chain(entries, BigInt(last?.seq ?? 0), last?.hash ?? BEGINNING));
      return entries.length;
    });
  }
}

/** The seals of entries behind a place in the chain. */
function chain(entries: readonly StoredEntry[], seq: bigint, hash: Buffer) {
  return entries.map((entry) => {
    seq += 1n;
    hash = sealOf(hash, String(seq), entry);
    return { seq: String(seq), entry_id: entry.id, hash: hash.toString("hex") };
  });
}

async function insertSeals(tx: Tx, seals: ReturnType<typeof chain>): Promise<void> {
  const values: unknown[] = [];
  const rows = rowset(SEALS, seals, (value) => `$${values.push(value)}`);
  await tx.query(
    `INSERT INTO audit_seal (seq, entry_id, hash) SELECT seq, entry_id, decode(hash, 'hex') FROM ${rows}`,
    values,
  );
}
