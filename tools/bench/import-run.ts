import { setTimeout as wait } from "node:timers/promises";
import type { Kehu } from "./kehu.ts";

const EVERY_MS = 250;
/** A token lasts for fifteen minutes. */
const SIGN_IN_MS = 5 * 60_000;

export interface ImportJob {
  id: string;
  status: string;
  rows: number;
  created: number;
  updated: number;
  skipped: number;
  failed: number;
  rolledBack: number;
  kept: number;
}

/** How a job went. */
export interface Course {
  job: ImportJob;
  /** From the first row that was done to the last. */
  perSecond: number;
  /** Of the slowest tenth of its rows. */
  slowest: number;
}

export const importedRows = ({ created, updated, skipped, failed }: ImportJob): number =>
  created + updated + skipped + failed;
export const undoneRows = ({ rolledBack, kept }: ImportJob): number => rolledBack + kept;

const BUSY = ["uploaded", "running", "rolling_back"];

/**
 * Waits until an import rests.
 *
 * @param done how many of its rows are dealt with
 * @param meanwhile is told how many, again and again
 */
export async function follow(
  kehu: Kehu,
  resource: string,
  id: string,
  done: (job: ImportJob) => number,
  meanwhile: (rows: number) => void = () => undefined,
): Promise<Course> {
  const marks: { at: number; rows: number }[] = [];
  for (let signedIn = -Infinity; ; await wait(EVERY_MS)) {
    if (performance.now() - signedIn > SIGN_IN_MS) {
      await kehu.signIn();
      signedIn = performance.now();
    }
    const job = await stateOf(kehu, resource, id);
    if (!job) continue;
    const rows = done(job);
    if (rows !== marks.at(-1)?.rows) marks.push({ at: performance.now() / 1_000, rows });
    meanwhile(rows);
    if (!BUSY.includes(job.status)) return { job, ...pace(marks) };
  }
}

/** @returns null while the service does not answer, since it was killed */
async function stateOf(kehu: Kehu, resource: string, id: string): Promise<ImportJob | null> {
  return kehu.call<ImportJob>("GET", `/v1/${resource}/imports/${id}`).catch((error: unknown) => {
    if (/ answered 50\d:/.test((error as Error).message)) return null;
    throw error;
  });
}

function pace(marks: readonly { at: number; rows: number }[]): Pick<Course, "perSecond" | "slowest"> {
  const [first, last] = [marks[0]!, marks.at(-1)!];
  const rate = (from: typeof first, to: typeof first) => (to.rows - from.rows) / (to.at - from.at);
  const rates: number[] = [];
  let from = first;
  for (const mark of marks) {
    if (mark.rows - from.rows < (last.rows - first.rows) / 10) continue;
    rates.push(rate(from, mark));
    from = mark;
  }
  return { perSecond: rate(first, last), slowest: Math.min(...rates) };
}
