import { readdirSync, writeFileSync } from "node:fs";
import { CannotFinish } from "./engine/cannot-finish.ts";
import { Client, Refused, type Login } from "./engine/client.ts";
import { companyOf } from "./engine/company.ts";
import { untilLevel } from "./engine/freshness.ts";
import { ImportJobs } from "./engine/import-jobs.ts";
import { Imports } from "./engine/imports.ts";
import { Prediction } from "./engine/prediction.ts";
import { Progress } from "./engine/progress.ts";
import { ReadRecords } from "./engine/records.ts";
import { Rejects } from "./engine/rejects.ts";
import { tableOf, type Report } from "./engine/report.ts";
import { rollBackRuns, untilNoneIsAtWork } from "./engine/rollback.ts";
import { RunName } from "./engine/run-name.ts";
import { bringOver } from "./engine/run.ts";
import type { Options } from "./options.ts";

/**
 * Brings an export over into a running Kehu, or says what would come of it; or takes back what was brought over.
 *
 * @param url base of the gateway
 * @returns the exit code: 0 when every row has its outcome, 1 when the run could not finish
 */
export async function migrate(options: Options, url: string, login: Login): Promise<number> {
  const progress = new Progress(process.stderr);
  try {
    const client = new Client(url, login, options.patience, (message) => progress.say(message));
    if (options.rollBack !== undefined) {
      await takeBack(options, client, progress);
      return 0;
    }
    const report = await run(options, client, progress);
    if (options.report !== undefined) writeFileSync(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof CannotFinish || error instanceof Refused)) throw error;
    progress.say(`Could not finish: ${error.message}\nWhat came over stays. Start the same command again to go on.`);
    return 1;
  }
}

async function run(options: Options, client: Client, progress: Progress): Promise<Report> {
  const { mapping, folder, isDryRun, only, patience } = options;
  const tables = mapping.files.filter(({ file }) => only.length === 0 || only.some((name) => file === `${name}.csv`));
  noteOthers(
    folder,
    mapping.files.map(({ file }) => file),
    progress,
  );
  const destination = isDryRun ? new Prediction() : await importsOf(options, client, progress);
  const company = await companyOf(client, new ReadRecords(client), mapping, tables, destination);
  const rejects = options.rejects === undefined ? undefined : new Rejects(options.rejects, mapping.files);
  const { report, reasons } = await bringOver({ folder, tables, company, destination, progress, rejects });
  console.log(tableOf(report));
  for (const reason of reasons) console.log(reason);
  if (destination instanceof Prediction) {
    console.log("This was a dry run: nothing was written.");
    return report;
  }
  for (const { file, path } of destination.made) console.log(`${file}: ${path}`);
  console.log(`To take all of it back: npm run migrate -- ${mapping.system} --roll-back ${destination.run}`);
  await beLevel(client, patience, progress);
  return report;
}

/** What a run before this one has left is waited for, so that both do not make the same records. */
async function importsOf({ mapping, patience }: Options, client: Client, progress: Progress): Promise<Imports> {
  const jobs = jobsOf(client, patience);
  await untilNoneIsAtWork(jobs, mapping, (message) => progress.say(message));
  return new Imports(jobs, mapping.system, new RunName(mapping.system), patience);
}

async function takeBack({ mapping, rollBack, patience }: Options, client: Client, progress: Progress): Promise<void> {
  const jobs = jobsOf(client, patience);
  const run = rollBack === "all" ? undefined : rollBack;
  const lines = await rollBackRuns(jobs, mapping, run, (message) => progress.say(message));
  if (lines.length === 0) throw new CannotFinish("There is no import of such a run that could be taken back.");
  for (const line of lines) console.log(line);
  await beLevel(client, patience, progress);
}

/** While it waits for word of another service, an import stands still by itself. */
const jobsOf = (client: Client, patience: number) => new ImportJobs(client, 2 * patience + 60_000);

async function beLevel(client: Client, patience: number, progress: Progress): Promise<void> {
  for (const note of await untilLevel(client, patience)) console.log(note);
  console.log(`The numbers of analytics are level with it after ${progress.seconds().toFixed(1)} s.`);
}

function noteOthers(folder: string, known: readonly string[], progress: Progress): void {
  const others = listOf(folder).filter(
    (file) => file.endsWith(".csv") && file !== "warnings.csv" && !known.includes(file),
  );
  if (others.length > 0) progress.say(`Not brought over, as Kehu has no place for them yet: ${others.join(", ")}.`);
}

function listOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    throw new CannotFinish(`There is no folder ${folder}.`);
  }
}
