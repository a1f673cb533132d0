import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { startOf } from "@kehu/database/embedded";
import { writeWhole } from "./files.ts";

interface Holder {
  readonly pid: number;
  /** Tells this process from a later one with the same number. */
  readonly startedAt: string | undefined;
  readonly state: "running" | "stopping";
}

/** Milliseconds. One whose npm was just killed takes a moment to notice; one that stops takes up to 25 s. */
const PATIENCE = { running: 2_000, stopping: 30_000 };

/** Another `npm start` runs this install. */
export class AlreadyRunning extends Error {
  constructor(pid: number, dataDir: string) {
    super(`Kehu is already running on ${dataDir} (process ${pid}). Set PORT and KEHU_DATA_DIR for a second one.`);
  }
}

/** Makes sure that one install is run by one `npm start`. */
export class StartLock {
  private readonly path: string;
  private readonly dataDir: string;
  private readonly me: Holder = { pid: process.pid, startedAt: startOf(process.pid), state: "running" };

  constructor(path: string, dataDir: string) {
    this.path = path;
    this.dataDir = dataDir;
  }

  /** @throws AlreadyRunning */
  async take(): Promise<void> {
    const began = Date.now();
    while (!this.create()) {
      const holder = this.read();
      const patience = PATIENCE[holder?.state ?? "running"];
      if (holder && startOf(holder.pid) !== holder.startedAt) {
        rmSync(this.path, { force: true });
      } else if (Date.now() - began > patience) {
        throw new AlreadyRunning(holder?.pid ?? 0, this.dataDir);
      } else {
        await wait(100);
      }
    }
    // Two that found the same dead holder may both have removed "its" file: the later one has won.
    await wait(50);
    const winner = this.read();
    if (winner?.pid !== this.me.pid) throw new AlreadyRunning(winner?.pid ?? 0, this.dataDir);
  }

  /** Lets the next `npm start` wait for this one instead of giving up. */
  announceStop(): void {
    writeWhole(this.path, { ...this.me, state: "stopping" } satisfies Holder);
  }

  release(): void {
    rmSync(this.path, { force: true });
  }

  private create(): boolean {
    try {
      writeFileSync(this.path, JSON.stringify(this.me), { flag: "wx" });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    }
  }

  /** @returns undefined while another one is just writing it, or has just removed it */
  private read(): Holder | undefined {
    try {
      return JSON.parse(readFileSync(this.path, "utf8")) as Holder;
    } catch {
      return undefined;
    }
  }
}
