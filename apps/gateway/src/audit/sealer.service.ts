import { Database } from "@kehu/database";
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import { BEGINNING, ENTRY_COLUMNS, LAST_SEAL, sealOf, type StoredEntry } from "./chain.ts";

const EVERY_MS = 1_000;
const PAGE = 200;

const LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('identity.audit-seal', 0)) AS mine";
/** Entries come here by the statement that wrote them. */
const WAITING = `
  SELECT entry_ids FROM (
    SELECT entry_ids, sum(cardinality(entry_ids)) OVER (ORDER BY first_id) - cardinality(entry_ids) AS before
    FROM (SELECT first_id, entry_ids FROM audit_unsealed ORDER BY first_id LIMIT ${PAGE}) AS first
  ) AS counted WHERE before < ${PAGE}`;
const ENTRIES = `SELECT ${ENTRY_COLUMNS} FROM audit_entry e WHERE e.id = ANY($1)`;
const INSERT = "INSERT INTO audit_seal (first_seq, entry_ids, hashes) VALUES ($1, $2, $3)";

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
      if (found) while ((await this.seal()) >= PAGE);
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
        tx.query<{ seq: string; hash: Buffer }>(LAST_SEAL),
        tx.query<{ entry_ids: string[] }>(WAITING),
      ]);
      // Planned each time: a plan from the days when there were few entries would read all of them.
      const found = await tx.queryOnce<StoredEntry>(ENTRIES, [waiting.flatMap(({ entry_ids }) => entry_ids)]);
      const entries = whole(waiting, found);
      if (entries.length === 0) return 0;
      const hashes = chain(entries, BigInt(last?.seq ?? 0), last?.hash ?? BEGINNING);
      await tx.query(INSERT, [String(BigInt(last?.seq ?? 0) + 1n), entries.map(({ id }) => id), hashes]);
      return entries.length;
    });
  }
}

/** The entries of statements of which all are there. The others wait on, and show that something was taken out. */
function whole(waiting: readonly { entry_ids: string[] }[], found: readonly StoredEntry[]): StoredEntry[] {
  const byId = new Map(found.map((entry) => [entry.id, entry]));
  return waiting.flatMap(({ entry_ids }) => {
    const entries = entry_ids.map((id) => byId.get(id)).filter((entry) => entry !== undefined);
    return entries.length === entry_ids.length ? entries : [];
  });
}

/** The seals of entries behind a place in the chain. */
function chain(entries: readonly StoredEntry[], seq: bigint, hash: Buffer): Buffer {
  return Buffer.concat(entries.map((entry) => (hash = sealOf(hash, String((seq += 1n)), entry))));
}
