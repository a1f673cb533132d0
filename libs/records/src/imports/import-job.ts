import type { RequestContext } from "@kehu/auth";
import type { FieldError } from "@kehu/contracts";
import type { MappingSuggestion, TableProfile } from "@kehu/importing";
import type { ImportOptions } from "./import.dto.ts";
import type { KeptView } from "./import-kept.ts";

export const IMPORT_STATUSES = [
  "uploading",
  "uploaded",
  "profiled",
  "running",
  "completed",
  "failed",
  "rolling_back",
  "rolled_back",
] as const;
export type ImportStatus = (typeof IMPORT_STATUSES)[number];

/** What became of a row. */
export const ROW_OUTCOMES = ["created", "updated", "skipped", "failed"] as const;
export type RowOutcome = (typeof ROW_OUTCOMES)[number];

/** What a rollback has left of rows that it was to take back. */
export const ROW_ROLLBACKS = ["kept"] as const;

/** Who asked, as far as the job outlives his token. */
export type ImportCaller = Pick<
  RequestContext,
  "actorType" | "actorId" | "sessionId" | "requestId" | "grants" | "fieldRules" | "place" | "language" | "timeZone"
>;

/** What a file has turned out to be. */
export interface ImportFindings {
  format: "csv" | "xlsx";
  encoding: string | null;
  delimiter: string | null;
  sheet: string | null;
  header: boolean;
  columns: readonly string[];
  suggested: MappingSuggestion[];
  profile: TableProfile;
}

/** A row of `import_job`. */
export interface ImportJob {
  id: string;
  resource: string;
  /** Who runs it, or takes it back. */
  caller: ImportCaller;
  /** Who has sent the file. */
  owner_id: string;
  file_name: string;
  bytes: string;
  options: ImportOptions;
  status: ImportStatus;
  found: ImportFindings | null;
  error: { code: string; message: string } | null;
  rows: number;
  line: number;
  created: number;
  updated: number;
  skipped: number;
  failed: number;
  rolled_back: number;
  kept: number;
  created_at: Date;
  changed_at: Date;
}

/** What became of one row of the file. */
export interface ImportRow {
  line: number;
  outcome: RowOutcome;
  recordId: string | null;
  errors: FieldError[];
}

/** The same as the API shows it. */
export interface ImportRowView extends ImportRow {
  /** Why a rollback has left its record, or a part of it, as it is. */
  kept: KeptView | null;
}

const COLUMNS = `id, resource, caller, owner_id, file_name, bytes, options, status, found, error, rows, line, created, updated, skipped,
  failed, rolled_back, kept, created_at, changed_at`;

export const ONE = `SELECT ${COLUMNS} FROM import_job WHERE id = $1 AND resource = $2`;

/** Jobs of a resource, the newest first: one's own, or everybody's (`$2` null). */
export const LIST = `SELECT ${COLUMNS} FROM import_job
  WHERE resource = $1 AND ($2::text IS NULL OR owner_id = $2) AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`;

export const ADD = `INSERT INTO import_job (id, resource, caller, owner_id, file_name, bytes, options, status)
  VALUES ($1, $2, $3, $4, $5, 0, $6, 'uploading')`;

export const UPLOADED = `UPDATE import_job SET status = 'uploaded', bytes = $2 WHERE id = $1 RETURNING ${COLUMNS}`;

/** How long the file of an import is kept once it has ended. */
const KEPT = "interval '30 days'";

/** Ended imports whose files have had their time. What became of their rows stays. */
export const OLD = `SELECT id, resource FROM import_job j WHERE status NOT IN ('uploading', 'uploaded', 'running', 'rolling_back')
  AND changed_at < clock_timestamp() - ${KEPT} AND EXISTS (SELECT FROM import_chunk c WHERE c.job_id = j.id) LIMIT 100`;

/** Imports that ended a year ago, with what became of their rows and what a rollback would bring back; a few at a time. */
export const ENDED_LONG_AGO = `DELETE FROM import_job WHERE id IN (
    SELECT id FROM import_job j WHERE status NOT IN ('uploading', 'uploaded', 'running', 'rolling_back')
      AND changed_at < clock_timestamp() - interval '365 days'
      AND NOT EXISTS (SELECT FROM import_chunk c WHERE c.job_id = j.id) ORDER BY changed_at LIMIT 10)`;

/** Those whose files did not come to their end. */
export const ABANDONED = `DELETE FROM import_job WHERE status = 'uploading'
  AND created_at < clock_timestamp() - interval '1 day'`;

/** With everything that is known of it. */
export const FORGET = "DELETE FROM import_job WHERE id = $1";

/** How long a worker that is heard of no more keeps others from its job. */
const LEASE = "interval '5 seconds'";

/** The job that has waited longest, of those that nobody works on. */
export const TAKE = `UPDATE import_job SET worker = $1, leased_until = clock_timestamp() + ${LEASE} WHERE id = (
    SELECT id FROM import_job WHERE status IN ('uploaded', 'running', 'rolling_back') AND resource = ANY($2)
      AND (leased_until IS NULL OR leased_until < clock_timestamp())
    ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED
  ) RETURNING ${COLUMNS}`;

/** Goes on only as long as the worker has the lease: whoever has lost it has changed nothing. */
export const ADVANCE = `UPDATE import_job SET line = $3, created = created + $4, updated = updated + $5,
    skipped = skipped + $6, failed = failed + $7, changed_at = clock_timestamp(),
    leased_until = clock_timestamp() + ${LEASE}
  WHERE id = $1 AND worker = $2 AND status = 'running' RETURNING 1 AS held`;

export const UNDONE = `UPDATE import_job SET rolled_back = rolled_back + $3, kept = kept + $4, changed_at = clock_timestamp(),
    leased_until = clock_timestamp() + ${LEASE}
  WHERE id = $1 AND worker = $2 AND status = 'rolling_back' RETURNING 1 AS held`;

export const HOLD = `UPDATE import_job SET leased_until = clock_timestamp() + ${LEASE} WHERE id = $1 AND worker = $2`;

export const LOOK_AT_GROWN_TABLES = "SELECT look_at_grown_tables()";

export const FOUND = `UPDATE import_job SET found = $3, rows = $4, status = $5, changed_at = clock_timestamp()
  WHERE id = $1 AND worker = $2`;

/** How many rows there are shows in the end: it may have been read otherwise than it was looked at, without a header. */
export const END = `UPDATE import_job SET status = $3, error = $4, worker = NULL, leased_until = NULL,
    rows = CASE WHEN $3 = 'completed' THEN created + updated + skipped + failed ELSE rows END,
    changed_at = clock_timestamp() WHERE id = $1 AND worker = $2`;

/** Lets go of a job, so that another worker takes it at once. */
export const RELEASE = "UPDATE import_job SET leased_until = NULL, worker = NULL WHERE id = $1 AND worker = $2";

/** Starts a run; what a trial has counted is forgotten. */
export const START = `UPDATE import_job SET status = 'running', options = $2, caller = $3, line = 0, created = 0, updated = 0,
    skipped = 0, failed = 0, error = NULL, changed_at = clock_timestamp()
  WHERE id = $1 AND (status = 'profiled' OR (status = 'completed' AND options->>'dryRun' = 'true')) RETURNING ${COLUMNS}`;

export const FORGET_ROWS = "DELETE FROM import_row WHERE job_id = $1";

export const UNDO = `UPDATE import_job SET status = 'rolling_back', caller = $2, changed_at = clock_timestamp()
  WHERE id = $1 AND status IN ('completed', 'failed') AND options->>'dryRun' IS DISTINCT FROM 'true' RETURNING ${COLUMNS}`;

/** @returns the context in which a job's changes are made: the caller's, as an import */
export function contextOf(job: ImportJob, permission: string): RequestContext {
  return { ...job.caller, origin: "import", permission, ifMatch: null, idempotency: null, jobId: job.id };
}

export function callerOf(who: RequestContext): ImportCaller {
  const { actorType, actorId, sessionId, requestId, grants, fieldRules, place, language, timeZone } = who;
  return { actorType, actorId, sessionId, requestId, grants, fieldRules, place, language, timeZone };
}
