import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Destination } from "./destination.ts";
import { CannotFinish } from "./cannot-finish.ts";
import { openCsv, type CsvFile } from "./csv.ts";
import { FileRun, type Company } from "./file-run.ts";
import type { FileTable } from "./mapping.ts";
import type { Progress } from "./progress.ts";
import type { Rejects } from "./rejects.ts";
import { RemarkCounts, type FileReport, type Report, type RowReport } from "./report.ts";

/** Everything that a run works with. */
export interface Run {
  readonly folder: string;
  /** The files to bring over, in their order; those that the folder does not have are left out. */
  readonly tables: readonly FileTable[];
  readonly company: Company;
  readonly destination: Destination;
  readonly progress: Progress;
  readonly rejects: Rejects | undefined;
}

/**
 * Brings an export over.
 *
 * @returns the report, and how often each reason was given
 * @throws CannotFinish where there is nothing to bring over, a file has not the columns that it needs, or Kehu is away
 */
export async function bringOver(run: Run): Promise<{ report: Report; reasons: string[] }> {
  const files = await open(run);
  const reports: FileReport[] = [];
  const counts = new RemarkCounts();
  for (const { table, csv } of files) {
    const remarks: RowReport[] = [];
    const file = new FileRun(table, run.company, run.destination, (row) => {
      counts.add(table.file, row);
      if (run.rejects) remarks.push(row);
    });
    reports.push(file.report);
    run.progress.begin(file.report, () => file.progress(csv));
    try {
      await file.run(csv);
    } finally {
      run.progress.end(file.report);
      run.rejects?.write(table, csv.columns, remarks);
    }
  }
  run.rejects?.end();
  return { report: { files: reports, seconds: run.progress.seconds() }, reasons: counts.lines() };
}

async function open({ folder, tables, progress }: Run): Promise<{ table: FileTable; csv: CsvFile }[]> {
  const present = tables.filter(({ file }) => existsSync(join(folder, file)));
  if (present.length === 0)
    throw new CannotFinish(`${folder} has none of ${tables.map(({ file }) => file).join(", ")}.`);
  const files = await Promise.all(
    present.map(async (table) => ({ table, csv: await openCsv(join(folder, table.file)) })),
  );
  for (const { table, csv } of files) check(table, csv, (message) => progress.say(message));
  return files;
}

function check(table: FileTable, { columns }: CsvFile, say: (message: string) => void): void {
  const fields = Object.values(table.fields);
  const needed = [...table.key, ...fields.flatMap((field) => (field.isRequired ? field.columns : []))];
  const missing = needed.filter((name) => !columns.includes(name));
  if (missing.length > 0) throw new CannotFinish(`${table.file} has no column ${missing.join(", ")}.`);
  const used = new Set([...table.key, ...table.unused, ...fields.flatMap((field) => field.columns)]);
  const absent = [...used].filter((name) => !columns.includes(name) && !table.unused.includes(name));
  if (absent.length > 0) say(`${table.file} has no column ${absent.join(", ")}: these fields stay empty.`);
  const unknown = columns.filter((name) => name !== "" && !name.startsWith("Kehu ") && !used.has(name));
  if (unknown.length > 0)
    say(`${table.file}: the columns ${unknown.join(", ")} have no place in Kehu and are left out.`);
}
