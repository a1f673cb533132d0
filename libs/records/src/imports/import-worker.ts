import { Problem } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { openTable, Profile, type Table } from "@kehu/importing";
import { isInfrastructure } from "@kehu/messaging";
import { PersonalData } from "@kehu/personal-data";
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import { v7 as uuidv7 } from "uuid";
import { Bulk } from "../bulk.ts";
import { Clock } from "../clock.ts";
import { CompanySettings } from "../company-settings.ts";
import { CustomFields } from "../custom-fields.ts";
import { Records } from "../records.ts";
import type { Resource } from "../resource.ts";
import { Callers, Pace } from "./giving-way.ts";
import { importRows, LeaseLost, type ImportRun } from "./import-batch.ts";
import { ImportFiles } from "./import-files.ts";
import {
  contextOf,
  END,
  FOUND,
  HOLD,
  LOOK_AT_GROWN_TABLES,
  RELEASE,
  TAKE,
  type ImportFindings,
  type ImportJob,
  type ImportStatus,
} from "./import-job.ts";
import { cellOptions, ImportMapping, suggestedMapping, tableOptions } from "./import-mapping.ts";
import { matchingOf } from "./import-matching.ts";
import { Patience } from "./import-patience.ts";
import { rollBackNext } from "./import-rollback.ts";
import { removeLeftovers } from "./local-files.ts";

const POLL_MS = 1_000;
const SWEEP_MS = 10 * 60_000;
/** Rows of one transaction while nobody else asks: of an import, and of one that is taken back. */
const ROWS = { run: 500, rollback: 200 };
/** A third of the lease. */
const HOLD_MS = 1_500;

/**
 * Works on imports, batch by batch, each a transaction with what became of its rows: what was stored before the process
 * died is done, and another worker, or this one, goes on behind it. A replica works on one import at a time.
 */
@Injectable()
export class ImportWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(ImportWorker.name);
  private readonly resources = new Map<string, Resource>();
  private readonly id = uuidv7();
  private timer: NodeJS.Timeout | undefined;
  private sweeper: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly bulk: Bulk,
    private readonly records: Records,
    private readonly files: ImportFiles,
    private readonly custom: CustomFields,
    private readonly settings: CompanySettings,
    private readonly personal: PersonalData,
    private readonly clock: Clock,
    private readonly callers: Callers,
  ) {}

  /** Lets imports reach the records of a resource. */
  register(resource: Resource): void {
    this.resources.set(resource.name, resource);
  }

  onApplicationBootstrap(): void {
    if (this.resources.size === 0) return;
    removeLeftovers().catch((error: unknown) => this.log.warn(error));
    this.timer = setInterval(() => this.wake(), POLL_MS);
    const forget = () => void this.forgetOld().catch((error: unknown) => this.log.warn(error));
    this.sweeper = setInterval(forget, SWEEP_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    clearInterval(this.sweeper);
    await this.running;
  }

  /** Removes files that have had their time. */
  forgetOld(): Promise<void> {
    return this.files.forgetOld(this.resources);
  }

  /** Looks for work now; the poll does it each second. */
  wake(): void {
    this.running ??= this.workOff().finally(() => (this.running = undefined));
  }

  private async workOff(): Promise<void> {
    try {
      while (!this.stopped) {
        const [job] = await this.database.query<ImportJob & Record<string, unknown>>(TAKE, [
          this.id,
          [...this.resources.keys()],
        ]);
        if (!job) return;
        await this.work(job);
      }
    } catch (error) {
      this.log.warn(`Imports wait: ${(error as Error).message}`);
    }
  }

  /** What is wrong with the file ends the job; what is wrong with us lets it wait. */
  private async work(job: ImportJob): Promise<void> {
    const timer = setInterval(() => void this.hold(job).catch(() => undefined), HOLD_MS);
    try {
      const ended = job.status === "rolling_back" ? await this.rollBack(job) : await this.read(job);
      if (ended) await this.end(job, ended, null);
      else await this.database.query(RELEASE, [job.id, this.id]);
    } catch (error) {
      if (error instanceof LeaseLost) return;
      if (isInfrastructure(error)) {
        await this.database.query(RELEASE, [job.id, this.id]).catch(() => undefined);
        throw error;
      }
      await this.end(job, "failed", problemOf(job, error, this.log));
    } finally {
      clearInterval(timer);
    }
  }

  /** Keeps the job, and has the server know by how much its tables grow: it plans everybody's statements by it. */
  private async hold({ id }: ImportJob): Promise<void> {
    await this.database.query(HOLD, [id, this.id]);
    await this.database.query(LOOK_AT_GROWN_TABLES);
  }

  private end({ id }: ImportJob, status: ImportStatus, problem: Problem | null): Promise<unknown> {
    const error = problem && JSON.stringify({ code: problem.code, message: problem.detail });
    return this.database.query(END, [id, this.id, status, error]);
  }

  /** @returns null where it was stopped before its end */
  private async rollBack(job: ImportJob): Promise<ImportStatus | null> {
    const resource = await this.resourceOf(job);
    const { database, records, clock, id: worker } = this;
    const who = contextOf(job, resource.permissions.import);
    const pace = new Pace(this.callers, ROWS.rollback);
    while (!this.stopped) {
      if (!(await rollBackNext({ job, resource, who, worker, database, records, clock, pace }))) return "rolled_back";
    }
    return null;
  }

  private async read(job: ImportJob): Promise<ImportStatus | null> {
    const resource = await this.resourceOf(job);
    const file = await this.files.toDisk(job.id, resource);
    try {
      const table = await openTable(file.path, tableOptions(job.options));
      if (job.status === "uploaded" && !(await this.profile(job, resource, table))) return "profiled";
      const run = await this.runOf(job, resource, table);
      return (await importRows(run, table, () => this.stopped)) ? "completed" : null;
    } finally {
      await file.remove();
    }
  }

  private async resourceOf({ resource }: ImportJob): Promise<Resource> {
    return this.custom.of(this.resources.get(resource)!);
  }

  /** @returns true where the caller has said enough for the import to go on */
  private async profile(job: ImportJob, resource: Resource, table: Table): Promise<boolean> {
    const who = contextOf(job, resource.permissions.import);
    const suggested = suggestedMapping(resource, table.columns, who);
    const asked = job.options.mapping;
    const mapping = asked ?? Object.fromEntries(suggested.map(({ column, field }) => [column, field]));
    const targets = Object.keys(mapping).length
      ? new ImportMapping(resource, table.columns, mapping, false, who).targets
      : undefined;
    const options = cellOptions(job.options, await this.settings.get(), job.caller.timeZone);
    const profile = new Profile(table.columns, { ...options, fields: targets, key: keyColumn(mapping, job) });
    const pace = new Pace(this.callers, ROWS.run);
    for await (const row of table.rows()) {
      profile.add(row);
      this.mustGoOn();
      await pace.breathe();
    }
    const result = profile.result();
    const found: ImportFindings = {
      format: table.format,
      encoding: table.encoding ?? null,
      delimiter: table.delimiter ?? null,
      sheet: table.sheet ?? null,
      header: table.header,
      columns: table.columns,
      suggested,
      profile: result,
    };
    // That it was looked at is said when the worker lets go of it: then, and not before, somebody may have it run.
    const status: ImportStatus = asked ? "running" : "uploaded";
    await this.database.query(FOUND, [job.id, this.id, JSON.stringify(found), result.rows + result.badRows, status]);
    return asked !== undefined;
  }

  /** @throws LeaseLost where the process is to end: another worker goes on in its place */
  private mustGoOn(): void {
    if (this.stopped) throw new LeaseLost();
  }

  private async runOf(job: ImportJob, resource: Resource, table: Table): Promise<ImportRun> {
    const { options } = job;
    const settings = await this.settings.get();
    const clears = options.emptyClears === true || (options.clears ?? false);
    const who = contextOf(job, resource.permissions.import);
    const mapping = new ImportMapping(resource, table.columns, options.mapping ?? {}, clears, who);
    const targets = [...mapping.targets.values()].map(({ name }) => name);
    return {
      job,
      resource,
      mapping,
      matching: matchingOf(resource, options, targets, who, this.personal, settings),
      who,
      worker: this.id,
      cells: cellOptions(options, settings, job.caller.timeZone),
      database: this.database,
      bulk: this.bulk,
      patience: new Patience(options.patience, () => this.mustGoOn()),
      pace: new Pace(this.callers, ROWS.run),
      rows: this.records.rows,
    };
  }
}

/** What nobody has foreseen must not hold up all other imports. */
function problemOf({ id, resource }: ImportJob, error: unknown, log: Logger): Problem {
  if (error instanceof Problem && error.status < 500) return error;
  const { name, code } = error as { name?: string; code?: string };
  log.error(`Import ${id} into ${resource} ends: ${name ?? "?"} ${code ?? ""}`);
  return new Problem(500, "import.failed", "The import ended at a fault of ours: what it has done can be taken back.");
}

/** The column by whose texts rows are told apart. */
function keyColumn(mapping: Readonly<Record<string, string>>, { options }: ImportJob): string | undefined {
  const { matchBy } = options;
  const isKey = (target: string) =>
    matchBy === undefined || matchBy === "externalId" ? target.startsWith("externalIds.") : target.endsWith(matchBy);
  return Object.entries(mapping).find(([, target]) => isKey(target))?.[0];
}
