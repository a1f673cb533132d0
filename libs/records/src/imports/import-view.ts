import type { ImportFindings, ImportJob, ImportStatus } from "./import-job.ts";
import type { ImportOptions } from "./import.dto.ts";

/** An import as the API shows it. */
export interface ImportView {
  id: string;
  status: ImportStatus;
  fileName: string;
  bytes: number;
  options: ImportOptions;
  /** What the file turned out to be; null until it was looked at. */
  found: ImportFindings | null;
  /** Rows of the file; created, updated, skipped and failed add up to it in the end. */
  rows: number;
  created: number;
  updated: number;
  skipped: number;
  failed: number;
  /** Records that a rollback has brought back, and those that it left since somebody has changed them. */
  rolledBack: number;
  kept: number;
  /** Why it failed as a whole. */
  error: { code: string; message: string } | null;
  ownerId: string;
  createdAt: Date;
  changedAt: Date;
}

export function viewOfImport(job: ImportJob): ImportView {
  return {
    id: job.id,
    status: job.status,
    fileName: job.file_name,
    bytes: Number(job.bytes),
    options: job.options,
    found: job.found,
    rows: job.rows,
    created: job.created,
    updated: job.updated,
    skipped: job.skipped,
    failed: job.failed,
    rolledBack: job.rolled_back,
    kept: job.kept,
    error: job.error,
    ownerId: job.caller.actorId,
    createdAt: job.created_at,
    changedAt: job.changed_at,
  };
}
