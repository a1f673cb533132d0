import { readdirSync, writeFileSync } from "node:fs";
import { CannotFinish } from "./engine/cannot-finish.ts";
import { Client, Refused, type Login } from "./engine/client.ts";
import { companyOf } from "./engine/company.ts";
import { untilLevel } from "./engine/freshness.ts";
import { Prediction } from "./engine/prediction.ts";
import { Progress } from "./engine/progress.ts";
import { ReadRecords } from "./engine/records.ts";
import { Rejects } from "./engine/rejects.ts";
import { tableOf, type Report } from "./engine/report.ts";
import { bringOver } from "./engine/run.ts";
import { Writer } from "./engine/writer.ts";
import type { Options } from "./options.ts";

/**
 * Brings an export over into a running Kehu, or says what would come of it.
 *
 * @param url base of the gateway
 * @returns the exit code: 0 when every row has its outcome, 1 when the run could not finish
 */
export async function migrate(options: Options, url: string, login: Login): Promise<number> {
  const progress = new Progress(process.stderr);
  try {
    const report = await run(
      options,
      new Client(url, login, options.patience, (message) => progress.say(message)),
      progress,
    );
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
  const prediction = isDryRun ? new Prediction() : undefined;
  const company = await companyOf(client, new ReadRecords(client), mapping, tables, prediction);
  const destination = prediction ?? new Writer(client, patience);
  const rejects = options.rejects === undefined ? undefined : new Rejects(options.rejects, mapping.files);
  const { report, reasons } = await bringOver({ folder, tables, company, destination, progress, rejects });
  console.log(tableOf(report));
  for (const reason of reasons) console.log(reason);
  if (isDryRun) {
    console.log("This was a dry run: nothing was written.");
    return report;
  }
  const notes = await untilLevel(client, patience);
  for (const note of notes) console.log(note);
  console.log(`The numbers of analytics are level with it after ${progress.seconds().toFixed(1)} s.`);
  return report;
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
