import type { EXPORT_FORMATS } from "@kehu/contracts";
import type { StoredCaller } from "./export-reach.ts";

/** A job as its table has it. */
export interface ExportJob {
  id: string;
  resource: string;
  caller: StoredCaller;
  reach: string;
  /** Sealed. */
  request: string;
  format: (typeof EXPORT_FORMATS)[number];
  status: "queued" | "running" | "completed" | "failed";
  version: number;
  queued_at: Date;
  attempts: number;
  started_at: Date | null;
  columns: string[] | null;
  rows: number;
  bytes: string;
  finished_at: Date | null;
  expires_at: Date | null;
  error: { code: string; detail: string } | null;
  downloaded_at: Date | null;
  /** Which transactions its rows have seen. */
  snapshot: string | null;
}

/** How long a file is kept, and the word of its job. */
const KEPT = "interval '24 hours'";
/** How long others leave a job or a download alone whose process says nothing. */
const LEASE = "interval '30 seconds'";

const COLUMNS = `id, resource, caller, reach, request, format, status, version, queued_at, attempts, started_at, columns, rows,
  bytes, finished_at, expires_at, error, downloaded_at, snapshot`;

export const ADD = `
  INSERT INTO export_job (id, resource, actor_type, actor_id, session_id, caller, reach, request, format)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

/** A key is somebody of its own: its owner sees more than it does. */
const OWN = `resource = $1 AND actor_type = $2 AND actor_id = $3 AND (actor_type <> 'api-key' OR session_id IS NOT DISTINCT FROM $4)
  AND coalesce(expires_at > clock_timestamp(), true)`;

export const COUNT_OPEN = `SELECT count(*)::int AS count FROM export_job WHERE ${OWN} AND downloaded_at IS NULL AND status <> 'failed'`;
export const LIST = `
  SELECT ${COLUMNS} FROM export_job WHERE ${OWN} AND ($5::uuid IS NULL OR id < $5) ORDER BY id DESC LIMIT $6`;
export const GET = `SELECT ${COLUMNS} FROM export_job WHERE ${OWN} AND id = $5`;

/** The oldest one that nobody works on; the next of two replicas takes the next one. */
export const TAKE = `
  UPDATE export_job SET status = 'running', worker = $1, leased_until = clock_timestamp() + ${LEASE}, rows = 0, bytes = 0,
    attempts = attempts + 1, started_at = clock_timestamp(), columns = NULL
  WHERE id = (
    SELECT id FROM export_job
    WHERE resource = ANY($2) AND (status = 'queued' OR (status = 'running' AND leased_until < clock_timestamp()))
    ORDER BY queued_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING ${COLUMNS}`;

const MINE = "id = $1 AND worker = $2 AND status = 'running'";
export const RENEW = `UPDATE export_job SET leased_until = clock_timestamp() + ${LEASE} WHERE ${MINE}`;
/** Some pieces of a file. */
export const CLEAR = `
  DELETE FROM export_chunk WHERE export_id = $1
    AND n IN (SELECT n FROM export_chunk WHERE export_id = $1 ORDER BY n LIMIT 100) RETURNING n`;
export const APPEND = `
  WITH mine AS (
    UPDATE export_job SET leased_until = clock_timestamp() + ${LEASE}, rows = $3, bytes = bytes + $4 WHERE ${MINE} RETURNING id)
  INSERT INTO export_chunk (export_id, n, sealed) SELECT id, $5, $6 FROM mine RETURNING n`;
export const COMPLETE = `
  UPDATE export_job SET status = 'completed', rows = $3, columns = $4, snapshot = $5, version = version + 1, worker = NULL, leased_until = NULL,
    finished_at = clock_timestamp(), expires_at = clock_timestamp() + ${KEPT}
  WHERE ${MINE} RETURNING ${COLUMNS}`;
export const FAIL = `
  UPDATE export_job SET status = 'failed', error = $3, worker = NULL, leased_until = NULL, rows = 0, bytes = 0,
    finished_at = clock_timestamp(), expires_at = clock_timestamp() + ${KEPT}
  WHERE ${MINE}`;
export const RELEASE = `
  UPDATE export_job SET status = 'queued', worker = NULL, leased_until = NULL, rows = 0, bytes = 0, attempts = attempts - $3
  WHERE ${MINE}`;

/** Begins a download, unless another one of the same file is under way. */
export const CLAIM = `
  UPDATE export_job SET download = $2, download_until = clock_timestamp() + ${LEASE}, version = version + 1
  WHERE id = $1 AND status = 'completed' AND downloaded_at IS NULL
    AND (download IS NULL OR download_until < clock_timestamp())
  RETURNING ${COLUMNS}`;
export const READ = `
  WITH mine AS (
    UPDATE export_job SET download_until = clock_timestamp() + ${LEASE}
    WHERE id = $1 AND download = $2 AND downloaded_at IS NULL RETURNING id)
  SELECT sealed FROM export_chunk JOIN mine ON export_id = id WHERE n = $3`;
export const DOWNLOADED = `
  UPDATE export_job SET downloaded_at = clock_timestamp(), download = NULL WHERE id = $1 AND download = $2 RETURNING id`;
export const BROKEN_OFF = "UPDATE export_job SET download = NULL WHERE id = $1 AND download = $2";

/** Those whose file goes: the day is over, or it could not be made. */
export const EXPIRED = `
  SELECT id FROM export_job WHERE expires_at < clock_timestamp() ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED`;
/** The key is no person's: nothing is ever sealed under the id of the job again, so nothing of it stays. */
export const FORGET_KEY = "DELETE FROM bus.person_key WHERE person_id = $1";
export const REMOVE = "DELETE FROM export_job WHERE id = $1";
