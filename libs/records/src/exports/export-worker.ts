import { Problem } from "@kehu/contracts";
import { appendToOutbox, isInfrastructure } from "@kehu/messaging";
import { writeCsv, writeXlsx } from "@kehu/importing";
import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import { randomUUID } from "node:crypto";
import type { Resource } from "../resource.ts";
import { columnsOf, type ExportColumn } from "./export-columns.ts";
import { exportEvent, requesterOf, type ExportNews } from "./export-events.ts";
import { LeaseLost, removeFile, storeFile } from "./export-file.ts";
import { COMPLETE, EXPIRED, FAIL, FORGET_KEY, RELEASE, REMOVE, RENEW, TAKE, type ExportJob } from "./export-jobs.ts";
import { contextOfJob, exportPermission } from "./export-reach.ts";
import { ExportRows } from "./export-rows.ts";
import type { ExportRequest } from "./export.dto.ts";
import { requestPlace, type Exporting } from "./exporting.ts";

const POLL_MS = 1_000;
const RENEW_MS = 10_000;
/** So often a job is begun before it is given up; a process may have died over it. */
const MOST_ATTEMPTS = 5;

type Taken = ExportJob & { worker: string };

/**
 * Makes the files of exports, one at a time in each process. A job whose process has died is begun anew by another one; of
 * several replicas one works on it. Files are removed when their day is over.
 */
export class ExportWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(ExportWorker.name);
  private readonly stopping = new AbortController();
  private readonly resources: ReadonlyMap<string, Resource>;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  /**
   * @param resources of which files are made
   * @param news what the service calls its events
   */
  constructor(
    private readonly exporting: Exporting,
    resources: readonly Resource[],
    private readonly news: ExportNews,
  ) {
    this.resources = new Map(resources.map((one) => [one.name, one]));
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.wake(), POLL_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.running;
  }

  /** Looks for work now; the poll does it each second. */
  wake(): void {
    if (this.stopping.signal.aborted) return;
    this.running ??= this.workOff().finally(() => (this.running = undefined));
  }

  /** Removes the files whose day is over, their keys and their jobs. */
  private async purge(): Promise<void> {
    const { database } = this.exporting;
    for (const { id } of await database.query<{ id: string }>(EXPIRED)) {
      await removeFile(database, id);
      await database.query(FORGET_KEY, [id]);
      await database.query(REMOVE, [id]);
    }
  }

  private async workOff(): Promise<void> {
    try {
      await this.purge();
      for (let job = await this.take(); job; job = await this.take()) await this.work(job);
    } catch (error) {
      this.log.warn(`Exports wait: ${(error as Error).message}`);
    }
  }

  private async take(): Promise<Taken | undefined> {
    if (this.stopping.signal.aborted) return undefined;
    const worker = randomUUID();
    const [job] = await this.exporting.database.query<ExportJob>(TAKE, [worker, [...this.resources.keys()]]);
    return job && { ...job, worker };
  }

  private async work(job: Taken): Promise<void> {
    const { database } = this.exporting;
    const renew = () => void database.query(RENEW, [job.id, job.worker]).catch(() => undefined);
    const timer = setInterval(renew, RENEW_MS);
    try {
      if (job.attempts > MOST_ATTEMPTS)
        throw new Problem(500, "export.failed", "The file could not be made. Ask for another export.");
      await removeFile(database, job.id);
      await this.complete(job, await this.make(job));
    } catch (error) {
      await this.end(job, error);
    } finally {
      clearInterval(timer);
    }
  }

  private async make(job: Taken): Promise<Made> {
    const { database, personal, lists } = this.exporting;
    const declared = this.resources.get(job.resource)!;
    const key = await this.exporting.keyOf(job.id);
    const request = key.open(job.request, requestPlace(job.id)) as ExportRequest;
    const who = contextOfJob(job.id, exportPermission(declared), job.caller);
    const wanted = await this.exporting.wanted(declared, request, who);
    const { signal } = this.stopping;
    return ExportRows.during({ database, lists, personal, signal }, wanted, async (rows) => {
      const systems = wanted.names.includes("externalIds") ? await rows.systems() : [];
      const columns = columnsOf(wanted.open, wanted.names, systems);
      const cells = new Cells(rows, columns, signal);
      const file = job.format === "csv" ? writeCsv(columns, cells) : writeXlsx(columns, cells);
      await storeFile(database, job, key, file, () => cells.count);
      return { rows: cells.count, columns: columns.map(({ name }) => name), snapshot: rows.snapshot };
    });
  }

  private async complete({ id, worker }: Taken, { rows, columns, snapshot }: Made): Promise<void> {
    const { clock } = this.exporting;
    await this.exporting.database.transaction(async (tx) => {
      const [job] = await tx.query<ExportJob>(COMPLETE, [id, worker, rows, columns, snapshot]);
      if (!job) throw new LeaseLost(id);
      await appendToOutbox(tx, [exportEvent(this.news.completed, job, clock.now())], requesterOf(job));
    });
  }

  /** What the caller can do something about he is told; all else is tried again, until it was tried often enough. */
  private async end({ id, worker, attempts }: Taken, error: unknown): Promise<void> {
    const { database } = this.exporting;
    if (this.stopping.signal.aborted) {
      await database.query(RELEASE, [id, worker, 1]);
      return;
    }
    if (error instanceof LeaseLost) return this.log.warn(error.message);
    if (error instanceof Problem && !isInfrastructure(error)) {
      const { code, detail } = error;
      await database.query(FAIL, [id, worker, JSON.stringify({ code, detail })]);
      return removeFile(database, id);
    }
    this.log.error(`The export ${id} ends at its attempt ${attempts}: ${(error as Error).name}`);
    await database.query(RELEASE, [id, worker, 0]);
    if (isInfrastructure(error)) throw error;
  }
}

/** What is known of a file once it is there. */
interface Made extends Pick<ExportRows, "snapshot"> {
  rows: number;
  columns: string[];
}

/** The rows of a file, counted while they are read. */
class Cells implements AsyncIterable<unknown[]> {
  count = 0;

  constructor(
    private readonly rows: ExportRows,
    private readonly columns: readonly ExportColumn[],
    private readonly signal: AbortSignal,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown[]> {
    for await (const view of this.rows.views()) {
      this.signal.throwIfAborted();
      this.count += 1;
      yield this.columns.map(({ valueIn }) => valueIn(view));
    }
  }
}
