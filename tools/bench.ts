/** `npm run bench`: measures Kehu beside a bare baseline of the same hops, and everything else that was promised in numbers. */
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import pg from "pg";
import { createAccounts, operations } from "./bench/accounts.ts";
import { Bare } from "./bench/bare.ts";
import { latency, relayRate } from "./bench/bus.ts";
import { idle } from "./bench/idle.ts";
import { Kehu } from "./bench/kehu.ts";
import { migrateExport } from "./bench/migration.ts";
import { begin, comparedLines, restLines, type Results } from "./bench/report.ts";
import { Rounds, type Compared } from "./bench/rounds.ts";
import { memoryOf } from "./bench/usage.ts";

const USAGE = `Usage: npm run bench -- [options]

  --quick            short rounds
  --json             write bench-results.json
  --only <requests>  compare these only (get, list 50, patch, create), and measure nothing else
  --export <folder>  migrate this export instead of generated sample data

Runs a Kehu of its own in a temporary folder; with KAFKA_BROKERS set on Kafka. Linux only: it reads /proc.`;

const FULL = { accounts: 20_000, idle: 20, latency: 10, pace: { rounds: 5, seconds: 5, warmUp: 30_000 } };
const QUICK = { accounts: 5_000, idle: 12, latency: 4, pace: { rounds: 3, seconds: 2, warmUp: 2_000 } };

const { values: options } = readOptions();
const size = options.quick ? QUICK : FULL;
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
    return parseArgs({
      options: {
        quick: { type: "boolean" },
        json: { type: "boolean" },
        only: { type: "string" },
        export: { type: "string" },
      },
    });
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(64);
  }
}

async function bench(): Promise<void> {
  const began = begin();
  const first = await kehu.start();
  const idleFigures = options.only ? undefined : await idle(kehu, size.idle);
  await kehu.stop();
  const ready = { first, again: await kehu.start() };
  await kehu.signIn();
  await createAccounts(kehu, size.accounts);
  await kehu.untilLevel();
  const database = new pg.Client({ connectionString: kehu.databaseUrl() });
  await database.connect();
  try {
    const ids = await someIds(database);
    const requests = await compareAll(database, ids);
    if (!idleFigures) return;
    const results: Results = {
      ...began,
      ready,
      idle: idleFigures,
      requests,
      relayPerSecond: await relayRate(kehu, database),
      changeToConsumer: await latency(kehu, database, ids, size.latency),
      migration: await migrateExport(kehu, options.export),
      memoryAfterLoad: memoryOf(kehu.services()),
    };
    results.load.after = loadavg();
    console.log(restLines(results));
    if (options.json) writeFileSync("bench-results.json", `${JSON.stringify(results, undefined, 2)}\n`);
  } finally {
    await database.end();
  }
}

async function someIds(database: pg.Client): Promise<string[]> {
  await database.query("ANALYZE");
  const { rows } = await database.query<{ id: string }>("SELECT id FROM customer.account ORDER BY id");
  return rows.map(({ id }) => id);
}

async function compareAll(database: pg.Client, ids: readonly string[]): Promise<Record<string, Compared>> {
  const bare = await Bare.start(database, kehu.databaseUrl());
  const rounds = new Rounds(kehu, bare);
  const only = options.only?.split(",");
  const results: Record<string, Compared> = {};
  try {
    for (const [name, next] of Object.entries(operations(ids))) {
      if (only && !only.includes(name)) continue;
      results[name] = await rounds.compare(next, size.pace);
      console.log(comparedLines(name, results[name]));
    }
  } finally {
    await rounds.close();
    await bare.stop();
  }
  return results;
}
