import type { RequestContext } from "@kehu/auth";
import { Conflict, Malformed, NotFound } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { openTable } from "@kehu/importing";
import { Injectable } from "@nestjs/common";
import { v7 as uuidv7 } from "uuid";
import { CursorSigner } from "../cursor.ts";
import { parsePaging } from "../list-query.ts";
import type { Page } from "../record-lists.ts";
import type { Resource } from "../resource.ts";
import type { ImportOptions } from "./import.dto.ts";
import { failedLines, type Failure } from "./import-failures.ts";
import { ImportFiles } from "./import-files.ts";
import {
  ADD,
  callerOf,
  FORGET,
  FORGET_ROWS,
  LIST,
  ONE,
  ROW_OUTCOMES,
  ROW_ROLLBACKS,
  START,
  UNDO,
  UPLOADED,
  type ImportJob,
  type ImportRow,
  type ImportRowView,
} from "./import-job.ts";
import { keptViews, type Kept } from "./import-kept.ts";
import { tableOptions } from "./import-mapping.ts";
import { viewOfImport, type ImportView } from "./import-view.ts";
import { ImportWorker } from "./import-worker.ts";

/** A file as it comes, and what is to be done with it. */
export interface Upload {
  name: string;
  options: ImportOptions;
  content: AsyncIterable<Buffer>;
}

/** The imports of a resource as callers see them. */
@Injectable()
export class Imports {
  constructor(
    private readonly database: Database,
    private readonly files: ImportFiles,
    private readonly worker: ImportWorker,
    private readonly cursors: CursorSigner,
  ) {}

  /** Takes a file on; what the options do not say is asked for once it was looked at. */
  async upload(resource: Resource, { name, options, content }: Upload, who: RequestContext): Promise<ImportView> {
    const id = uuidv7();
    const values = [id, resource.name, JSON.stringify(callerOf(who)), who.actorId, name, JSON.stringify(options)];
    const key = await this.database.transaction(async (tx) => {
      await tx.query(ADD, values);
      return this.files.keyFor(tx, resource, id);
    });
    try {
      const bytes = await this.files.store(id, key, content);
      const [job] = await this.database.query<ImportJob & Record<string, unknown>>(UPLOADED, [id, bytes]);
      this.worker.wake();
      return viewOfImport(job!);
    } catch (error) {
      await this.database.query(FORGET, [id]).catch(() => undefined);
      throw error;
    }
  }

  /** The caller's imports, or everybody's where he reaches all records; the newest first. */
  async list(
    resource: Resource,
    query: Readonly<Record<string, unknown>>,
    who: RequestContext,
  ): Promise<Page<ImportView>> {
    const { limit, cursor } = parsePaging(query);
    const binding = ["imports", resource.name, who.actorId];
    const before = cursor === null ? null : this.cursors.read(cursor, binding)[0];
    const jobs = await this.database.query<ImportJob & Record<string, unknown>>(LIST, [
      resource.name,
      isOwnOnly(resource, who) ? who.actorId : null,
      before,
      limit + 1,
    ]);
    return this.pageOf(jobs.map(viewOfImport), limit, binding, ({ id }) => id);
  }

  async get(resource: Resource, id: string, who: RequestContext): Promise<ImportView> {
    return viewOfImport(await this.job(resource, id, who));
  }

  /** What became of the rows, in the order of the file. */
  async rows(
    resource: Resource,
    id: string,
    query: Readonly<Record<string, unknown>>,
    who: RequestContext,
  ): Promise<Page<ImportRowView>> {
    const { outcome = null, rollback = null, ...paging } = query;
    mustBeOneOf("outcome", outcome, ROW_OUTCOMES);
    mustBeOneOf("rollback", rollback, ROW_ROLLBACKS);
    const { limit, cursor } = parsePaging(paging);
    await this.job(resource, id, who);
    const binding = ["import rows", id, outcome, rollback];
    const after = cursor === null ? 0 : this.cursors.read(cursor, binding)[0];
    // Said in the text, so that the index of these few rows is used.
    const isKept = rollback === null ? "" : "AND kept IS NOT NULL";
    const rows = await this.database.query<ImportRow & { kept: Kept | null } & Record<string, unknown>>(
      `SELECT line, outcome, record_id AS "recordId", coalesce(errors, '[]') AS errors, kept FROM import_row
       WHERE job_id = $1 AND ($2::text IS NULL OR outcome = $2) AND line > $3 ${isKept} ORDER BY line LIMIT $4`,
      [id, outcome, after, limit + 1],
    );
    const keptOf = keptViews(resource, who);
    const views = rows.map(({ kept, ...row }) => ({ ...row, kept: keptOf(kept) }));
    return this.pageOf<ImportRowView>(views, limit, binding, ({ line }) => line);
  }

  /**
   * The rows that failed as they came, with the reasons: to be mended and sent again.
   *
   * @returns the lines of a CSV file
   */
  async failures(resource: Resource, id: string, who: RequestContext): Promise<AsyncGenerator<string>> {
    return this.failedLines(await this.job(resource, id, who), resource);
  }

  private async *failedLines(job: ImportJob, resource: Resource): AsyncGenerator<string> {
    const file = await this.files.toDisk(job.id, resource);
    try {
      const table = await openTable(file.path, tableOptions(job.options));
      yield* failedLines(table, job.options, this.failuresOf(job.id));
    } finally {
      await file.remove();
    }
  }

  private async *failuresOf(jobId: string): AsyncGenerator<Failure, undefined> {
    for (let after = 0; ;) {
      const page = await this.database.query<Failure & Record<string, unknown>>(
        "SELECT line, errors FROM import_row WHERE job_id = $1 AND outcome = 'failed' AND line > $2 ORDER BY line LIMIT 500",
        [jobId, after],
      );
      yield* page;
      if (page.length === 0) return undefined;
      after = page.at(-1)!.line;
    }
  }

  /**
   * Runs what was looked at, or was a trial.
   *
   * @throws Conflict `import.not-ready` with `allowed`
   */
  async run(resource: Resource, id: string, options: ImportOptions, who: RequestContext): Promise<ImportView> {
    const { options: before, status, found } = await this.job(resource, id, who);
    const mapping = Object.fromEntries((found?.suggested ?? []).map(({ column, field }) => [column, field]));
    const joined = { mapping, ...before, dryRun: false, ...options };
    const job = await this.database.transaction(async (tx) => {
      const started = await tx.query<ImportJob & Record<string, unknown>>(START, [
        id,
        JSON.stringify(joined),
        JSON.stringify(callerOf(who)),
      ]);
      await tx.query(FORGET_ROWS, [id]);
      if (started.length === 0)
        throw new Conflict("import.not-ready", `The import is ${status}.`, { allowed: ["profiled"] });
      return started[0]!;
    });
    this.worker.wake();
    return viewOfImport(job);
  }

  /**
   * Takes back what an import has done.
   *
   * @throws Conflict `import.not-ended` with `allowed`; `import.kept` for entries of a ledger
   */
  async rollBack(resource: Resource, id: string, who: RequestContext): Promise<ImportView> {
    const { status } = await this.job(resource, id, who);
    if (!resource.updated) throw new Conflict("import.kept", "Entries of a ledger are not taken back.");
    const [job] = await this.database.query<ImportJob & Record<string, unknown>>(UNDO, [
      id,
      JSON.stringify(callerOf(who)),
    ]);
    if (!job)
      throw new Conflict("import.not-ended", `The import is ${status}, or was a trial.`, {
        allowed: ["completed", "failed"],
      });
    this.worker.wake();
    return viewOfImport(job);
  }

  private async job(resource: Resource, id: string, who: RequestContext): Promise<ImportJob> {
    const [job] = await this.database.query<ImportJob & Record<string, unknown>>(ONE, [id, resource.name]);
    if (!job || (isOwnOnly(resource, who) && job.owner_id !== who.actorId)) throw new NotFound();
    return job;
  }

  private pageOf<R>(all: R[], limit: number, binding: unknown, placeOf: (one: R) => unknown): Page<R> {
    const hasMore = all.length > limit;
    const data = hasMore ? all.slice(0, limit) : all;
    const nextCursor = hasMore ? this.cursors.sign([placeOf(data.at(-1)!)], binding) : null;
    return { data, page: { nextCursor, hasMore } };
  }
}

/** @throws Malformed `query.invalid` with `allowed` */
function mustBeOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (value === null || allowed.includes(value as string)) return;
  throw new Malformed("query.invalid", `The parameter ${name} is one of: ${allowed.join(", ")}.`, { allowed });
}

const isOwnOnly = ({ permissions }: Resource, who: RequestContext) => who.grants[permissions.import] !== "all";
