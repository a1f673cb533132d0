import type { ExportJob } from "./export-jobs.ts";

/** An export as its caller sees it. */
export interface ExportView {
  id: string;
  status: "queued" | "running" | "completed" | "failed";
  format: "csv" | "xlsx";
  /** Names of the columns of the file. */
  fields: string[] | null;
  rows: number;
  bytes: number;
  createdAt: Date;
  completedAt: Date | null;
  /** When the file is removed, and the export with it. */
  expiresAt: Date | null;
  /** Where to fetch the file, with the same authorization: once, within ten minutes. Null where there is nothing to fetch. */
  url: string | null;
  downloadedAt: Date | null;
  /** Why there is no file. */
  error: { code: string; detail: string } | null;
}

export function viewOfJob(job: ExportJob, url: string | null): ExportView {
  return {
    id: job.id,
    status: job.status,
    format: job.format,
    fields: job.columns,
    rows: job.rows,
    bytes: Number(job.bytes),
    createdAt: job.queued_at,
    completedAt: job.status === "completed" ? job.finished_at : null,
    expiresAt: job.expires_at,
    url,
    downloadedAt: job.downloaded_at,
    error: job.error,
  };
}
