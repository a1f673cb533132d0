import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Kehu } from "./kehu.ts";
import { cpuBetween, cpuSeconds, type CpuSeconds } from "./usage.ts";

const EVERY_MS = 200;

/** What processes have used for a piece of work. */
export interface Used {
  /** The most of each process at a time, in MB; of `postgres` that of its largest process without what all of them share. */
  memory: Record<string, number>;
  /** Seconds of each process; without meaning for one that was killed meanwhile. */
  cpu: CpuSeconds;
  seconds: number;
}

/** Watches the processes of a Kehu. Linux only: it reads /proc. */
export class Watch {
  private readonly kehu: Kehu;
  private readonly most: Record<string, number> = {};
  private readonly began = performance.now();
  private readonly cpu: CpuSeconds;
  private readonly timer: NodeJS.Timeout;

  /** Watches them while a piece of work is done. */
  static async during<R>(kehu: Kehu, work: () => Promise<R>): Promise<{ result: R; used: Used }> {
    const watch = new Watch(kehu);
    try {
      return { result: await work(), used: watch.used() };
    } finally {
      clearInterval(watch.timer);
    }
  }

  private constructor(kehu: Kehu) {
    this.kehu = kehu;
    for (const { pid } of kehu.services()) writeFileSync(`/proc/${pid}/clear_refs`, "5"); // proc_pid_clear_refs(5): the peak
    this.cpu = this.cpuNow();
    this.timer = setInterval(() => this.look(), EVERY_MS);
  }

  private used(): Used {
    this.look();
    const seconds = (performance.now() - this.began) / 1_000;
    return { memory: this.most, cpu: cpuBetween(this.cpu, this.cpuNow()), seconds };
  }

  private cpuNow(): CpuSeconds {
    return cpuSeconds(this.kehu.services(), this.kehu.postmaster());
  }

  private look(): void {
    for (const { name, pid } of this.kehu.services()) this.take(name, pid, "VmHWM");
    const postmaster = this.kehu.postmaster();
    for (const pid of readdirSync("/proc"))
      if (/^\d+$/.test(pid) && parentOf(pid) === postmaster) this.take("postgres", pid, "RssAnon");
  }

  private take(name: string, pid: number | string, figure: string): void {
    this.most[name] = Math.max(this.most[name] ?? 0, megabytes(pid, figure));
  }
}

const megabytes = (pid: number | string, figure: string) => figureOf(pid, figure) / 1_024;
const parentOf = (pid: string) => figureOf(pid, "PPid");

/** A figure of proc_pid_status(5); 0 for a process that has just ended. */
function figureOf(pid: number | string, figure: string): number {
  try {
    const found = new RegExp(`^${figure}:\\s+(\\d+)`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return Number(found?.[1] ?? 0);
  } catch {
    return 0;
  }
}
