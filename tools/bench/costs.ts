import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { copyOfRepository } from "../planted/tree.ts";
import { onAccounts, onContacts } from "./accounts.ts";
import { fill, type Filled, type Size } from "./fill.ts";
import { Kehu } from "./kehu.ts";
import { migrateExport } from "./migration.ts";
import { Rounds, type Compared, type Pace } from "./rounds.ts";

/** Each takes one part out of the product: there is no switch for it. */
const PATCHES = join(import.meta.dirname, "without");

/** What a part costs. */
export interface Cost {
  readonly name: string;
  /** Kehu beside a Kehu without it, by kind of request. */
  readonly compared: Record<string, Compared>;
  /** Rows a second of a migration without it. */
  readonly migration?: number;
}

/** The names of the parts. */
export const PARTS = readdirSync(PATCHES).map((file) => file.replace(/\.patch$/, ""));

/**
 * Compares Kehu with a Kehu without one of its parts, on the same data where both can read it.
 *
 * @param kehu runs before and after, and is stopped in between
 * @param measure.migrate also measures how fast it takes over this export, `null` standing for generated data
 */
export async function costOf(
  name: string,
  kehu: Kehu,
  filled: Filled,
  size: Size,
  measure: { pace: Pace; migrate?: string | null },
): Promise<Cost> {
  const tree = copyOfRepository();
  execFileSync("git", ["apply", join(PATCHES, `${name}.patch`)], { cwd: tree });
  execFileSync(process.execPath, ["tools/run.mjs", "build"], { cwd: tree, stdio: "ignore" });
  // Without keys nobody reads what is encrypted.
  const other = name === "encryption" ? await Kehu.make(tree) : await stoppedFor(kehu, () => kehu.twin(tree));
  try {
    await other.start();
    const own = name === "encryption" ? await fill(other, { ...size, accounts: 0 }) : filled;
    const requests = (of: Filled) => (name === "encryption" ? onContacts(of.contacts) : onAccounts(of.accounts));
    const rounds = new Rounds(kehu, other);
    const compared: Record<string, Compared> = {};
    for (const [kind, next] of Object.entries(requests(filled))) {
      compared[kind] = await rounds.compare(next, measure.pace, requests(own)[kind]);
    }
    await rounds.close();
    const isMigrated = name === "encryption" && measure.migrate !== undefined;
    const migration = isMigrated ? await migrateExport(other, measure.migrate ?? undefined) : undefined;
    return { name, compared, migration: migration?.rowsPerSecond };
  } finally {
    await other.remove();
    rmSync(tree, { recursive: true });
  }
}

async function stoppedFor<T>(kehu: Kehu, work: () => Promise<T>): Promise<T> {
  await kehu.stop();
  try {
    return await work();
  } finally {
    await kehu.start();
  }
}
