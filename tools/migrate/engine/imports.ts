import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CannotFinish } from "./cannot-finish.ts";
import { FORM, mappingOf, writeClean, writeTable } from "./clean-file.ts";
import type { Destination, Item, Settled } from "./destination.ts";
import type { ImportJobs, ImportView, RowView } from "./import-jobs.ts";
import type { FileTable, Prerequisite } from "./mapping.ts";
import type { RunName } from "./run-name.ts";

/** Seconds that an import waits for word of records that another service has just made. */
const MOST_PATIENCE = 900;

/** An import that a run has made. */
export interface Made {
  readonly file: string;
  readonly path: string;
}

/** Sends each file as an import, and reads what became of its rows. */
export class Imports implements Destination {
  readonly made: Made[] = [];
  private readonly jobs: ImportJobs;
  private readonly name: RunName;
  private readonly system: string;
  private readonly patience: number;
  private share = 0;

  /** @param patience milliseconds to wait for a record that another service has made and this one has not heard of */
  constructor(jobs: ImportJobs, system: string, name: RunName, patience: number) {
    this.jobs = jobs;
    this.system = system;
    this.name = name;
    this.patience = Math.min(Math.ceil(patience / 1000), MOST_PATIENCE);
  }

  /** How this run is called. */
  get run(): string {
    return this.name.run;
  }

  progress(): number {
    return this.share;
  }

  async *settle(table: FileTable, items: AsyncIterable<Item>): AsyncGenerator<Settled> {
    this.share = 0;
    const { resource, file, fields } = table;
    const clears = Object.keys(fields).filter((name) => fields[name]!.isEmptied);
    const options = { mode: "upsert", matchBy: "externalId", mapping: mappingOf(table, this.system), clears };
    const job = await this.whole(resource, file, options, (path) => writeClean(path, table, this.system, items));
    if (!job) return;
    for await (const row of this.jobs.rows(resource, job)) yield settledBy(row);
  }

  /**
   * Makes a record that has to be there beforehand.
   *
   * @returns its id
   */
  async make({ name, resource }: Prerequisite, record: Readonly<Record<string, unknown>>): Promise<string> {
    const columns = Object.keys(record).map((field) => ({ name: field, kind: "text" as const }));
    const mapping = Object.fromEntries(columns.map((column) => [column.name, column.name]));
    const job = await this.whole(resource, `${name}.csv`, { mode: "create", mapping }, async (path) => {
      await writeTable(path, columns, [Object.values(record)]);
      return 1;
    });
    for await (const { recordId, errors } of this.jobs.rows(resource, job!)) {
      if (recordId !== null) return recordId;
      throw new CannotFinish(`Kehu does not take the ${name}: ${errors.map(({ message }) => message).join(" ")}`);
    }
    throw new CannotFinish(`Kehu says nothing of the ${name}.`);
  }

  /**
   * An import from its file to its end.
   *
   * @param write writes the file, and says how many rows it has
   * @returns nothing where there is no row to send
   */
  private async whole(
    resource: string,
    file: string,
    options: object,
    write: (path: string) => Promise<number>,
  ): Promise<ImportView | undefined> {
    const folder = await mkdtemp(join(tmpdir(), "kehu-migrate-"));
    try {
      const path = join(folder, "clean.csv");
      if ((await write(path)) === 0) return undefined;
      const all = { ...FORM, unowned: true, patience: this.patience, ...options };
      const sent = await this.jobs.send(resource, this.name.of(file), path, all);
      this.made.push({ file, path: `/v1/${resource}/imports/${sent.id}` });
      const job = await this.jobs.ended(resource, sent, (now) => (this.share = shareOf(now)));
      if (job.status !== "completed")
        throw new CannotFinish(`${file}: its import is ${job.status}: ${job.error?.message ?? ""} (${sent.id})`);
      return job;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

const shareOf = ({ rows, created, updated, skipped, failed }: ImportView) =>
  rows === 0 ? 0 : (created + updated + skipped + failed) / rows;

function settledBy({ outcome, recordId, errors }: RowView): Settled {
  if (outcome === "failed")
    return { outcome, id: null, errors: errors.map(({ field, code, message }) => ({ code, message, column: field })) };
  return { outcome: outcome === "skipped" ? "unchanged" : outcome, id: recordId, errors: [] };
}
