import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { Kehu } from "./kehu.ts";

interface ExportJob {
  id: string;
  status: string;
  rows: number;
  url: string | null;
}

/** What came out: all lines but the first, and those with a text in them. */
export interface Exported {
  rows: number;
  marked: number;
  perSecond: number;
}

/** Takes the records of a resource out as CSV, and counts the lines of the file. @param mark a text of a cell */
export async function takeOut(kehu: Kehu, resource: string, fields: string[], mark: string): Promise<Exported> {
  const began = performance.now();
  const path = `/v1/${resource}/exports`;
  let job = await kehu.call<ExportJob>("POST", path, { format: "csv", fields });
  while (["queued", "running"].includes(job.status)) {
    await wait(250);
    job = await kehu.call<ExportJob>("GET", `${path}/${job.id}`);
  }
  if (!job.url) throw new Error(`The export ended as ${job.status}.`);
  const headers = { authorization: kehu.authorization() };
  const file = await fetch(new URL(job.url, kehu.url), { headers });
  if (!file.ok || !file.body) throw new Error(`The file was answered ${file.status}.`);
  let rows = -1;
  let marked = 0;
  for await (const line of createInterface({ input: Readable.fromWeb(file.body) })) {
    rows += 1;
    if (line.includes(mark)) marked += 1;
  }
  return { rows, marked, perSecond: rows / ((performance.now() - began) / 1_000) };
}

/**
 * Has two records exchange a value again and again, each time in one transaction.
 *
 * @returns how to end it, which says how often they did
 */
export function exchange(
  kehu: Kehu,
  resource: string,
  ids: readonly [string, string],
  values: readonly [string, string],
) {
  const ending = new AbortController();
  const going = (async () => {
    let turns = 0;
    for (; !ending.signal.aborted; turns++) {
      const operations = ids.map((id, n) => ({ op: "update", id, data: { industry: values[(n + turns + 1) % 2] } }));
      await kehu.call("POST", `/v1/${resource}/bulk`, { operations, atomic: true });
    }
    return turns;
  })();
  return (): Promise<number> => {
    ending.abort();
    return going;
  };
}
