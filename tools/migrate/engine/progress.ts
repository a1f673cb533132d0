import type { FileReport } from "./report.ts";

const WIDTH = 30;
const EVERY_MS = 100;

/** Where progress is shown: standard error, mostly. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows how far a run is: a bar per file on a terminal, a line per file elsewhere. */
export class Progress {
  private readonly out: Output;
  private readonly began = performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(out: Output) {
    this.out = out;
  }

  /** @param progress share of the file that is dealt with, 0 to 1 */
  begin(report: FileReport, progress: () => number): void {
    if (!this.out.isTTY) return;
    const began = performance.now();
    this.timer = setInterval(() => this.draw(report, progress(), performance.now() - began), EVERY_MS);
  }

  end(report: FileReport): void {
    clearInterval(this.timer);
    if (this.out.isTTY) this.draw(report, 1, report.seconds * 1000);
    else this.out.write(line(report));
    this.out.write("\n");
  }

  say(message: string): void {
    this.out.write(this.out.isTTY ? `\r\x1b[K${message}\n` : `${message}\n`);
  }

  /** Seconds since the beginning of the run. */
  seconds(): number {
    return Math.round(performance.now() - this.began) / 1000;
  }

  private draw(report: FileReport, done: number, milliseconds: number): void {
    const settled = Math.round(done * report.rows);
    const rate = Math.round((1000 * settled) / Math.max(milliseconds, 1)).toLocaleString("en-US");
    const bar = `${"█".repeat(Math.round(done * WIDTH))}${"░".repeat(WIDTH - Math.round(done * WIDTH))}`;
    const percent = String(Math.floor(done * 100)).padStart(3);
    const rows = settled.toLocaleString("en-US").padStart(9);
    this.out.write(`\r\x1b[K${report.file.padEnd(26)}${bar} ${percent} %  ${rows} rows  ${rate} rows/s`);
  }
}

function line({ file, rows, created, updated, skipped, failed, warnings, seconds }: FileReport): string {
  return `${file}: ${rows} rows, ${created} created, ${updated} updated, ${skipped} skipped, ${failed} failed, ${warnings} with a warning, ${seconds.toFixed(1)} s`;
}
