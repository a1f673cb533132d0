import { copyFileSync, mkdirSync, openSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";

const LARGEST = 10 * 1024 * 1024;
const EVERY = 30_000;

/** The log files of an install: each is cut when it grows beyond 10 MB, and what was cut is kept once. */
export class Logs {
  private readonly folder: string;
  private readonly files = new Set<string>();

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    setInterval(() => this.cut(), EVERY).unref();
  }

  path(name: string): string {
    const file = join(this.folder, `${name}.log`);
    this.files.add(file);
    return file;
  }

  /** A descriptor for a process of its own: it goes on logging when this process is gone. */
  open(name: string): number {
    return openSync(this.path(name), "a", 0o600);
  }

  /** The last lines, to show why a process gave up. */
  tail(name: string, lines = 8): string {
    return readFileSync(this.path(name), "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  }

  /** In place: the writers append, and hold the file open. What is written between copy and cut is lost. */
  private cut(): void {
    for (const file of this.files) {
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < LARGEST) continue;
      copyFileSync(file, `${file}.1`);
      truncateSync(file);
    }
  }
}
