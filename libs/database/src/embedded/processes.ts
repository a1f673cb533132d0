import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** A process of this machine. */
export interface RunningProcess {
  readonly pid: number;
  /** Arguments, separated by spaces. */
  readonly command: string;
}

/** All processes that we may see. On Windows: none. */
export function processes(): RunningProcess[] {
  if (process.platform === "linux") return pids().flatMap((pid) => fromProc(pid) ?? []);
  if (process.platform === "win32") return [];
  const lines = execFileSync("ps", ["-axww", "-o", "pid=,command="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line);
    return match ? [{ pid: Number(match[1]), command: String(match[2]) }] : [];
  });
}

function pids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function fromProc(pid: number): RunningProcess | undefined {
  try {
    const isZombie = /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return isZombie ? undefined : { pid, command };
  } catch {
    return undefined;
  }
}

/**
 * The Postgres processes that work on the data in `folder`: the server, and its children, which outlive it for a moment
 * when it is killed. All of them stand in that folder.
 */
export function serverProcesses(folder: string): number[] {
  const candidates = processes().filter(({ command }) => command.includes("postgres"));
  if (process.platform !== "linux") {
    return candidates.filter(({ command }) => command.includes(`-D ${folder}`)).map(({ pid }) => pid);
  }
  return candidates.filter(({ pid }) => workingFolder(pid) === folder).map(({ pid }) => pid);
}

function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/**
 * What tells a process from a later one with the same number: when it started.
 *
 * @returns undefined where there is no such process
 */
export function startOf(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  if (process.platform === "win32") return "alive";
  // Field 22 of stat(5); the name in field 2 may itself hold blanks and brackets.
  if (process.platform === "linux")
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")[19];
  return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
}

/** Whether a process is there and has not ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || fromProc(pid) !== undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Sends a signal; a process that is gone is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Asks processes to end, and makes them after `patience` milliseconds. */
export async function end(targets: () => number[], name: NodeJS.Signals, patience: number): Promise<void> {
  for (const pid of targets()) signal(pid, name);
  for (const deadline = Date.now() + patience; targets().length > 0; await wait(50)) {
    if (Date.now() > deadline) for (const pid of targets()) signal(pid, "SIGKILL");
  }
}
