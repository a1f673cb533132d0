import { isAtWork, type ImportJobs, type ImportView } from "./import-jobs.ts";
import type { Mapping } from "./mapping.ts";
import { runOf } from "./run-name.ts";

/** An import that a migration has made, and has not taken back. */
interface Found {
  readonly resource: string;
  readonly job: ImportView;
  readonly run: string;
  readonly file: string;
}

const DONE = ["completed", "failed"];

async function found(jobs: ImportJobs, { system, prerequisites, files }: Mapping): Promise<Found[]> {
  const all: Found[] = [];
  const made = prerequisites.filter(({ create }) => create);
  for (const resource of new Set([...made, ...files].map((one) => one.resource))) {
    for await (const job of jobs.all(resource)) {
      const name = runOf(system, job.fileName);
      if (name && (isAtWork(job) || DONE.includes(job.status))) all.push({ resource, job, ...name });
    }
  }
  return all;
}

/** Waits for what a run has left that was ended before its imports were: they go on by themselves. */
export async function untilNoneIsAtWork(
  jobs: ImportJobs,
  mapping: Mapping,
  say: (message: string) => void,
): Promise<void> {
  for (const { resource, job } of await found(jobs, mapping)) {
    if (!isAtWork(job)) continue;
    say(`Waiting for the import ${job.fileName} of an earlier run.`);
    await jobs.ended(resource, job);
  }
}

/**
 * Takes back what runs of a migration have done, what came last first.
 *
 * @param wanted the run; all of them where it is not given
 * @returns a line for each import
 */
export async function rollBackRuns(
  jobs: ImportJobs,
  mapping: Mapping,
  wanted: string | undefined,
  say: (message: string) => void,
): Promise<string[]> {
  await untilNoneIsAtWork(jobs, mapping, say);
  const ours = (await found(jobs, mapping)).filter(({ run }) => wanted === undefined || run === wanted);
  const lines: string[] = [];
  for (const { resource, job, run, file } of ours.sort((one, other) => (one.job.id < other.job.id ? 1 : -1))) {
    const { rolledBack, kept } = await jobs.rollBack(resource, job);
    say(`${file} is taken back.`);
    lines.push(`${run}  ${file}: ${rolledBack} ${resource} taken back, ${kept} kept as they are`);
  }
  return lines;
}
