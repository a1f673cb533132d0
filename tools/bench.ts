/** `npm run bench`: measures Kehu beside a bare baseline of the same hops, and everything else that was promised in numbers. */
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import pg from "pg";
import { onAccounts } from "./bench/accounts.ts";
import { Bare } from "./bench/bare.ts";
import { latency, relayRate } from "./bench/bus.ts";
import { costOf, PARTS, type Cost } from "./bench/costs.ts";
import { fill, type Filled } from "./bench/fill.ts";
import { idle } from "./bench/idle.ts";
import { Kehu } from "./bench/kehu.ts";
import { migrateExport } from "./bench/migration.ts";
import { million } from "./bench/million.ts";
import { measureReads } from "./bench/reads.ts";
import { begin, comparedLines, costLines, readLines, restLines, type Results } from "./bench/report.ts";
import { Rounds, type Compared } from "./bench/rounds.ts";
import { memoryOf } from "./bench/usage.ts";

const USAGE = `Usage: npm run bench -- [options]

  --quick            short rounds
  --json             write bench-results.json
  --only <parts>     measure these only: kinds of requests (get, list 50, patch, create) beside the baseline, and parts of
                     Kehu (access-control, audit, encryption) by a Kehu without them. Run alone, when asked for: \`reads\`, which
                     are get, lists, q and timelines among 1,000,000 accounts and 5,000,000 interactions; and \`million\`, the
                     import of 500,000 accounts and 500,000 contacts, their export, and the way back
  --rows <number>    of the accounts, and of the contacts, of \`million\` in their stead
  --kills <number>   has \`million\` kill the service that often, at random places of the import
  --callers          has \`million\` measure what others wait meanwhile, not in a run with kills
  --export <folder>  migrate this export instead of generated sample data

Runs a Kehu of its own in a temporary folder; with KAFKA_BROKERS set on Kafka. Linux only: it reads /proc.`;

const FULL = {
  accounts: 100_000,
  contacts: 5_000,
  million: 500_000,
  idle: 20,
  latency: 10,
  pace: { rounds: 5, seconds: 5, warmUp: 30_000 },
  costs: { rounds: 3, seconds: 4, warmUp: 4_000 },
  reads: { large: { accounts: 1_000_000, interactions: 5_000_000 }, small: { accounts: 10_000, interactions: 50_000 } },
  readsPace: { perSecond: 200, seconds: 15, rounds: 5 },
};
const QUICK = {
  accounts: 5_000,
  contacts: 1_000,
  million: 20_000,
  idle: 12,
  latency: 4,
  pace: { rounds: 3, seconds: 2, warmUp: 2_000 },
  costs: { rounds: 3, seconds: 2, warmUp: 1_000 },
  reads: { large: { accounts: 50_000, interactions: 250_000 }, small: { accounts: 10_000, interactions: 50_000 } },
  readsPace: { perSecond: 200, seconds: 4, rounds: 3 },
};

const { values: options } = readOptions();
const size = options.quick ? QUICK : FULL;
if (options.only === "reads") {
  await measureReads(size.reads, size.readsPace, (figures) => console.log(readLines(figures)));
  process.exit();
}
const kehu = await Kehu.make();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void kehu.remove().then(() => process.exit(1)));
try {
  await bench();
} finally {
  await kehu.remove();
}

function readOptions() {
  try {
    const parsed = parseArgs({
      options: {
        quick: { type: "boolean" },
        json: { type: "boolean" },
        only: { type: "string" },
        export: { type: "string" },
        rows: { type: "string" },
        kills: { type: "string" },
        callers: { type: "boolean" },
      },
    });
    const { rows = "1", kills = "0", callers } = parsed.values;
    if (!/^[1-9]\d*$/.test(rows) || !/^\d+$/.test(kills)) throw new Error("--rows and --kills are whole numbers.");
    if (callers && kills !== "0")
      throw new Error("Whoever asks while the service is killed waits: leave out one of the two.");
    return parsed;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(64);
  }
}

async function bench(): Promise<void> {
  const began = begin();
  const first = await kehu.start();
  if (options.only === "million") return kehu.withDatabase((database) => million(kehu, database, planOfMillion()));
  const idleFigures = options.only ? undefined : await idle(kehu, size.idle);
  await kehu.stop();
  const ready = { first, again: await kehu.start() };
  // First, as it is the first that a company does with an install.
  const migration = options.only ? undefined : await migrateExport(kehu, options.export);
  const filled = await fill(kehu, size);
  const requests = await kehu.withDatabase((database) => compareAll(database, filled));
  const costs = await costsOfAll(filled);
  if (!idleFigures) return;
  const results: Results = {
    ...began,
    ready,
    idle: idleFigures,
    requests,
    costs,
    ...(await kehu.withDatabase(async (database) => ({
      relayPerSecond: await relayRate(kehu, database),
      changeToConsumer: await latency(kehu, database, filled.accounts, size.latency),
    }))),
    migration,
    memoryAfterLoad: memoryOf(kehu.services()),
  };
  results.load.after = loadavg();
  console.log(restLines(results));
  if (options.json) writeFileSync("bench-results.json", `${JSON.stringify(results, undefined, 2)}\n`);
}

function planOfMillion() {
  const { rows = size.million, kills = 0, callers = false } = options;
  return { rows: Number(rows), kills: Number(kills), callers };
}

function isWanted(part: string): boolean {
  return !options.only || options.only.split(",").includes(part);
}

async function compareAll(database: pg.Client, { accounts }: Filled): Promise<Record<string, Compared>> {
  const bare = await Bare.start(database, kehu.databaseUrl(), kehu.postmaster());
  const rounds = new Rounds(kehu, bare);
  const results: Record<string, Compared> = {};
  try {
    for (const [name, next] of Object.entries(onAccounts(accounts))) {
      if (!isWanted(name)) continue;
      results[name] = await rounds.compare(next, size.pace);
      console.log(comparedLines(name, results[name]));
    }
  } finally {
    await rounds.close();
    await bare.stop();
  }
  return results;
}

async function costsOfAll(filled: Filled): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (const part of PARTS.filter(isWanted)) {
    const migrate = options.only ? undefined : (options.export ?? null);
    const cost = await costOf(part, kehu, filled, size, { pace: size.costs, migrate });
    console.log(costLines(cost));
    costs.push(cost);
  }
  return costs;
}
