import type { RequestContext } from "@kehu/auth";
import type { FieldError } from "@kehu/contracts";
import type { CellOptions, Table, TableRow } from "@kehu/importing";
import { rowset, type Database, type Tx } from "@kehu/database";
import type { BulkOperation } from "../bulk.dto.ts";
import type { Bulk, BulkResult, Keep } from "../bulk.ts";
import type { ImportOperation } from "../bulk-batch.ts";
import { OwnedEntity } from "../owned.entity.ts";
import type { Change } from "../record.entity.ts";
import type { Resource } from "../resource.ts";
import type { Rows } from "../rows.ts";
import type { Pace } from "./giving-way.ts";
import { storeChanges } from "./import-changes.ts";
import { ADVANCE, type ImportJob, type ImportRow, type RowOutcome } from "./import-job.ts";
import type { ImportMapping, RowData } from "./import-mapping.ts";
import type { Matched, Matching } from "./import-matching.ts";
import { resolveNames } from "./import-names.ts";
import type { Patience } from "./import-patience.ts";

/** What a run works with. */
export interface ImportRun {
  job: ImportJob;
  resource: Resource;
  who: RequestContext;
  worker: string;
  mapping: ImportMapping;
  matching: Matching | null;
  cells: CellOptions;
  database: Database;
  bulk: Bulk;
  patience: Patience;
  pace: Pace;
  rows: Rows;
}

/** The job is another worker's by now, or was stopped. */
export class LeaseLost extends Error {}

/**
 * Imports the rows that are not dealt with yet: the next ones are read while the last ones are written.
 *
 * @returns false where it was stopped before the end of the file
 * @throws LeaseLost
 */
export async function importRows(run: ImportRun, table: Table, isStopped: () => boolean): Promise<boolean> {
  let batch = new ImportBatch(run);
  let written = Promise.resolve();
  try {
    for await (const row of table.rows()) {
      if (row.line <= run.job.line) continue;
      const fits = batch.hasRoom && batch.add(row);
      if (fits) continue;
      await written;
      if (isStopped()) return false;
      const full = batch;
      written = run.pace.step(() => full.work());
      written.catch(() => undefined); // is heard of where it is waited for
      batch = new ImportBatch(run);
      batch.add(row);
    }
  } finally {
    await written;
  }
  if (batch.size > 0) await batch.work();
  return true;
}

/** A batch ends once its rows have so many: a single one may have half of them, and two batches are in memory. */
const MOST_CHARACTERS = 2 * 1024 ** 2;

const ROWS = { line: "integer", outcome: "text", record_id: "uuid", errors: "jsonb" } as const;

/** A row on its way: what it says, and what becomes of it once that is known. */
interface Step {
  line: number;
  row: RowData | null;
  key: string | null;
  result: ImportRow | null;
  operation: ImportOperation | null;
}

/** Imports rows, and stores with them in one transaction what became of them and that they are dealt with. */
class ImportBatch {
  private readonly steps: Step[] = [];
  private readonly keys = new Set<string>();
  private stored = 0;
  private characters = 0;

  constructor(private readonly run: ImportRun) {}

  get size(): number {
    return this.steps.length;
  }

  get hasRoom(): boolean {
    return this.size < this.run.pace.rows && this.characters < MOST_CHARACTERS;
  }

  /** @returns false for a row whose record is that of a row before it: it belongs into the next batch */
  add(row: TableRow): boolean {
    const { mapping, matching, cells } = this.run;
    const read = row.error ? null : mapping.read(row.cells, cells);
    const key = read && matching ? matching.keyOf(read.data) : null;
    if (key !== null && this.keys.has(key)) return false;
    if (key !== null) this.keys.add(key);
    // A text that was cut out of a CSV file keeps what stands around it, in columns that are not mapped, too.
    for (const cell of row.cells ?? []) this.characters += cell.length;
    const result = row.error ? failed(row.line, [{ field: "", ...row.error }]) : null;
    this.steps.push({ line: row.line, row: read, key, result, operation: null });
    return true;
  }

  /** @throws LeaseLost where nothing was stored since the job is not this worker's any more */
  async work(): Promise<void> {
    await this.decide();
    const operations = this.steps.flatMap(({ operation }) => operation ?? []);
    if (operations.length > 0) await this.apply(operations);
    if (this.stored < this.steps.length)
      await this.run.database.transaction((tx) => this.keep(tx, this.steps.length, []));
  }

  private async apply(operations: readonly ImportOperation[]): Promise<void> {
    const { bulk, resource, who, job } = this.run;
    const byOperation = new Map(this.steps.map((step, index) => [step.operation, index]));
    const take = (results: readonly (readonly [BulkOperation, BulkResult])[]) =>
      results.map(([operation, result]) => {
        const index = byOperation.get(operation)!;
        this.steps[index]!.result = rowOf(this.steps[index]!.line, result);
        return index;
      });
    if (job.options.dryRun) {
      take((await bulk.rehearse(resource, operations, who)).map((result, n) => [operations[n]!, result] as const));
      return;
    }
    const keep: Keep = async (tx, results, changes) => {
      const upTo = Math.max(...take(results)) + 1;
      await this.keep(tx, upTo, changes);
    };
    await bulk.import(resource, operations, who, keep, this.run.patience);
  }

  /** Says of each row whether its record is there, and what is to be done. */
  private async decide(): Promise<void> {
    const { database, who, matching } = this.run;
    const open = this.steps.filter((step) => step.row && step.row.errors.length === 0);
    await resolveNames(
      database,
      open.map(({ row }) => row!),
      who,
    );
    const found = matching ? await matching.find(database, [...this.keys], who) : new Map<string, Matched>();
    for (const step of this.steps) {
      if (step.result) continue;
      if (step.row!.errors.length > 0) step.result = failed(step.line, step.row!.errors);
      else this.decideOne(step, step.key === null ? undefined : found.get(step.key));
    }
  }

  private decideOne(step: Step, match: Matched | undefined): void {
    const { mode = "create" } = this.run.job.options;
    const { data } = step.row!;
    const say = (outcome: RowOutcome, code: string, message: string) =>
      (step.result = {
        line: step.line,
        outcome,
        recordId: match?.ids[0] ?? null,
        errors: [{ field: "", code, message }],
      });
    if (step.key === null && mode !== "create" && this.run.matching)
      return void say("failed", "import.no-key", "The row does not say which record it is.");
    if (match && match.ids.length > 1)
      return void say("failed", "import.ambiguous", "More than one record is called like this.");
    if (match?.isDeleted) return void say("failed", "import.target-deleted", "The record of this row was deleted.");
    if (match && mode === "create") return void say("skipped", "import.exists", "There is such a record.");
    if (!match && mode === "update") return void say("skipped", "import.no-match", "There is no such record.");
    const { id: _id, ...given } = data;
    step.operation = match
      ? { op: "update", id: match.ids[0]!, data: given, inPart: this.run.mapping.inPart }
      : { op: "create", data: this.owned(given) };
  }

  /** A new record is the importer's own, where the file does not say whose and he has not said that it is nobody's. */
  private owned(data: Record<string, unknown>): object {
    const { job, resource, who } = this.run;
    const isOwned = resource.entity.prototype instanceof OwnedEntity && !job.options.unowned;
    return isOwned && !("ownerId" in data) ? { ...data, ownerId: who.actorId } : data;
  }

  /** Stores what became of the rows up to one, which is not stored yet. */
  private async keep(tx: Tx, upTo: number, changes: readonly Change[]): Promise<void> {
    const { job, worker, resource, rows } = this.run;
    const done = this.steps.slice(this.stored, upTo).map(({ result }) => result!);
    const count = (outcome: RowOutcome) => done.filter((row) => row.outcome === outcome).length;
    const values: unknown[] = [job.id];
    const given = done.map(({ line, outcome, recordId, errors }) => ({
      line,
      outcome,
      record_id: recordId,
      errors: errors.length ? errors : null,
    }));
    const [advanced] = await Promise.all([
      tx.query(ADVANCE, [
        job.id,
        worker,
        done.at(-1)!.line,
        ...(["created", "updated", "skipped", "failed"] as const).map(count),
      ]),
      tx.query(
        `INSERT INTO import_row (job_id, line, outcome, record_id, errors)
         SELECT $1, line, outcome, record_id, errors FROM ${rowset(ROWS, given, (value) => `$${values.push(value)}`)}`,
        values,
      ),
      storeChanges(tx, job.id, resource, changes, rows, linesOf(done)),
    ]);
    if (advanced.length === 0) throw new LeaseLost();
    this.stored = upTo;
  }
}

const failed = (line: number, errors: FieldError[]): ImportRow => ({ line, outcome: "failed", recordId: null, errors });

function linesOf(rows: readonly ImportRow[]): Map<string, number[]> {
  const lines = new Map<string, number[]>();
  for (const { line, outcome, recordId } of rows) {
    if (outcome !== "created" && outcome !== "updated") continue;
    lines.set(recordId!, [...(lines.get(recordId!) ?? []), line]);
  }
  return lines;
}

function rowOf(line: number, { outcome, id, errors }: BulkResult): ImportRow {
  if (outcome !== "unchanged") return { line, outcome, recordId: id, errors };
  const same = { field: "", code: "import.unchanged", message: "The record is like this already." };
  return { line, outcome: "skipped", recordId: id, errors: [same] };
}
