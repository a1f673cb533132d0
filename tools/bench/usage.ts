import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** CPU seconds by part: the name of a process of Kehu or of the baseline, `postgres`, or `client` for this process. */
export type CpuSeconds = Record<string, number>;

/** A process by its name; of Postgres the server, whose children count with it. */
export interface Watched {
  readonly name: string;
  readonly pid: number;
}

const TICKS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Fields of stat(5) after the name, which may itself hold blanks and brackets. */
function statOf(pid: number | string): string[] {
  return readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
}

/** User and system time, in seconds; `withEnded` counts children that have ended, too. */
function cpuOf(fields: readonly string[], withEnded: boolean): number {
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
  return (user! + system! + (withEnded ? endedUser! + endedSystem! : 0)) / TICKS;
}

function childrenOf(parent: number): string[][] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const fields = statOf(name);
      return fields[1] === String(parent) ? [fields] : [];
    } catch {
      return []; // it has just ended
    }
  });
}

/** CPU time that processes have used since they started. Linux only: it reads /proc. */
export function cpuSeconds(services: readonly Watched[], postmaster: number): CpuSeconds {
  const { user, system } = process.cpuUsage();
  const result: CpuSeconds = { client: (user + system) / 1e6 };
  for (const { name, pid } of services) result[name] = cpuOf(statOf(pid), false);
  const connections = childrenOf(postmaster).map((fields) => cpuOf(fields, false));
  result["postgres"] = connections.reduce((sum, seconds) => sum + seconds, cpuOf(statOf(postmaster), true));
  return result;
}

/** What was used between two readings. */
export function cpuBetween(before: CpuSeconds, after: CpuSeconds): CpuSeconds {
  return Object.fromEntries(Object.entries(after).map(([name, seconds]) => [name, seconds - (before[name] ?? 0)]));
}

/** Proportional set size in MB: pages that processes share are counted once. */
export function memoryOf(services: readonly Watched[]): Record<string, number> {
  return Object.fromEntries(
    services.map(({ name, pid }) => {
      const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
      return [name, Number(kilobytes) / 1024];
    }),
  );
}
