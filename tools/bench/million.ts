import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import { onAccounts } from "./accounts.ts";
import { exchange, takeOut } from "./export-run.ts";
import { shown } from "./figures.ts";
import { ACCOUNTS, CONTACTS, INDUSTRIES, upload, type Sheet } from "./import-file.ts";
import { follow, importedRows, undoneRows, type Course } from "./import-run.ts";
import type { Kehu } from "./kehu.ts";
import { Load, type Request } from "./load.ts";
import { mostMegabytes, verdict } from "./report.ts";
import { Watch, type Used } from "./watch.ts";

/** What the large import is measured with. */
export interface Million {
  /** Of accounts, and of contacts as many. */
  readonly rows: number;
  /** How often the service is killed while it imports accounts. */
  readonly kills: number;
  /** Whether others ask meanwhile, and how long it takes them. */
  readonly callers: boolean;
}

const SUSTAINED = 1_500;
/** Requests a second of other callers, and for how long they are measured. */
const OTHERS = { perSecond: 20, seconds: 30 };
const SLOWER = 3;

/** What is there: live records, and names in other systems. */
type Standing = Record<string, number>;

/** Imports many accounts and contacts, takes them out as a file, and takes the imports back. */
export async function million(kehu: Kehu, database: pg.Client, plan: Million): Promise<void> {
  await kehu.signIn();
  await kehu.call("POST", "/v1/accounts/fields", { name: "score", type: "number", label: { en: "Score", zh: "分数" } });
  const values = ["Industry 0", "Industry 1"] as const;
  const make = (industry: string) => kehu.call<{ id: string }>("POST", "/v1/accounts", { name: "Before", industry });
  const ids = [(await make(values[0])).id, (await make(values[1])).id] as const;
  const touched = [(await make("Other")).id];
  await kehu.untilLevel();
  const before = await standing(database);
  const quiet = plan.callers ? await quietly(kehu, touched) : undefined;
  const jobs = new Map<Sheet, string>();
  for (const sheet of [ACCOUNTS, CONTACTS]) jobs.set(sheet, await bringIn(kehu, sheet, plan, touched, quiet));
  const began = performance.now();
  await kehu.untilLevel();
  console.log(`  everything is level ${shown((performance.now() - began) / 1_000)} s later`);
  await outAgain(kehu, plan.rows, ids, values);
  for (const [sheet, id] of [...jobs].reverse()) await takeBack(kehu, sheet, id, plan.rows);
  const after = await standing(database);
  const same = JSON.stringify(after) === JSON.stringify(before);
  console.log(`${verdict(same)} live records and external ids are as before: ${JSON.stringify(after)}`);
}

async function bringIn(
  kehu: Kehu,
  sheet: Sheet,
  { rows, kills, callers }: Million,
  ids: readonly string[],
  quiet: number | undefined,
): Promise<string> {
  const { result, used } = await Watch.during(kehu, async () => {
    const id = await upload(kehu, sheet, rows);
    const strike = sheet === ACCOUNTS ? killer(kehu, rows, kills) : undefined;
    const [course, busy] = await Promise.all([
      follow(kehu, sheet.resource, id, importedRows, strike),
      callers ? others(kehu, ids) : undefined,
    ]);
    await untilAnswered(kehu);
    return { course, busy };
  });
  const { course, busy } = result;
  const { created, id } = course.job;
  console.log(
    `${verdict(created === rows)} ${sheet.resource}: ${created} of ${rows} rows created, ${course.job.status}`,
  );
  told("imported", course, used);
  if (quiet !== undefined && busy !== undefined)
    console.log(`${verdict(busy < SLOWER * quiet)} other callers' p99: ${shown(busy)} ms, quiet ${shown(quiet)} ms`);
  return id;
}

async function takeBack(kehu: Kehu, { resource }: Sheet, id: string, rows: number): Promise<void> {
  const { result: course, used } = await Watch.during(kehu, async () => {
    await kehu.call("POST", `/v1/${resource}/imports/${id}/rollback`);
    return follow(kehu, resource, id, undoneRows);
  });
  const { rolledBack, status } = course.job;
  console.log(`${verdict(rolledBack === rows)} ${resource}: ${rolledBack} of ${rows} rows taken back, ${status}`);
  told("taken back", course, used);
}

/** While two accounts exchange their industries: each snapshot has as many of either. */
async function outAgain(
  kehu: Kehu,
  rows: number,
  ids: readonly [string, string],
  values: readonly [string, string],
): Promise<void> {
  const { result, used } = await Watch.during(kehu, async () => {
    const stop = exchange(kehu, "accounts", ids, values);
    const out = await takeOut(kehu, "accounts", ["name", "industry", "externalIds", "custom"], `,${values[0]},`);
    return { out, turns: await stop() };
  });
  const { out, turns } = result;
  const right = out.rows === rows + ids.length + 1 && out.marked === Math.ceil(rows / INDUSTRIES) + 1;
  console.log(`${verdict(right)} export: ${out.rows} rows, ${out.marked} of ${values[0]}, during ${turns} changes`);
  told("taken out", { perSecond: out.perSecond, slowest: out.perSecond }, used);
}

function told(what: string, { perSecond, slowest }: Pick<Course, "perSecond" | "slowest">, used: Used): void {
  const cpu = Object.entries(used.cpu).map(([name, seconds]) => `${name} ${shown(seconds)}`);
  console.log(
    [
      `${verdict(perSecond >= SUSTAINED)} ${what}: ${shown(perSecond)} rows/s, the slowest tenth ${shown(slowest)} (≥ ${shown(SUSTAINED)})`,
      mostMegabytes(used.memory),
      `       CPU seconds of ${shown(used.seconds)}: ${cpu.join(", ")}`,
    ].join("\n"),
  );
}

/** Kills the service at random places of the file. */
function killer(kehu: Kehu, rows: number, kills: number): (done: number) => void {
  const places = Array.from({ length: kills }, () => Math.random() * rows * 0.95).sort((a, b) => a - b);
  return (done) => {
    if (places.length === 0 || done < places[0]!) return;
    const service = kehu.services().find(({ name }) => name === "customer");
    if (!service) return;
    console.log(`  kill -9 of the service behind row ${done}`);
    process.kill(service.pid, "SIGKILL");
    places.shift();
  };
}

/** The last kill may have been a moment ago. */
async function untilAnswered(kehu: Kehu): Promise<void> {
  const isThere = () =>
    kehu.call("GET", "/v1/accounts?limit=1").then(
      () => true,
      () => false,
    );
  while (!(await isThere())) await wait(100);
}

/** The p99 of the same while nothing else goes on, once everything has been asked before. */
async function quietly(kehu: Kehu, ids: readonly string[]): Promise<number> {
  await others(kehu, ids);
  return others(kehu, ids);
}

/** @returns the p99 of other callers in milliseconds */
async function others(kehu: Kehu, ids: readonly string[]): Promise<number> {
  const { create: _create, ...requests } = onAccounts(ids);
  const kinds = Object.values(requests);
  let turn = 0;
  const next = (): Request => {
    const { headers, ...request } = kinds[turn++ % kinds.length]!();
    return { ...request, headers: { ...headers, authorization: kehu.authorization() } };
  };
  const load = new Load(kehu.url);
  try {
    return (await load.paced(next, OTHERS.perSecond, OTHERS.seconds)).p99;
  } finally {
    await load.close();
  }
}

async function standing(database: pg.Client): Promise<Standing> {
  const { rows } = await database.query<Standing>(
    `SELECT (SELECT count(*)::int FROM customer.account WHERE deleted_at IS NULL) AS accounts,
       (SELECT count(*)::int FROM customer.contact WHERE deleted_at IS NULL) AS contacts,
       (SELECT count(*)::int FROM customer.external_id) AS names`,
  );
  return rows[0]!;
}
