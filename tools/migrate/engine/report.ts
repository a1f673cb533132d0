import type { Remark, Row } from "./mapping.ts";

/** What became of the rows of one file: each is created, updated, skipped or failed. */
export interface FileReport {
  readonly file: string;
  readonly resource: string;
  rows: number;
  created: number;
  updated: number;
  /** There already, and equal. */
  skipped: number;
  failed: number;
  /** Rows that came over although something in them could not be used. */
  warnings: number;
  seconds: number;
}

export interface Report {
  readonly files: readonly FileReport[];
  readonly seconds: number;
}

/** A row of which something is to be said. */
export interface RowReport {
  readonly row: Row;
  readonly key: string;
  readonly isFailed: boolean;
  readonly remarks: readonly Remark[];
}

const COUNTS = ["rows", "created", "updated", "skipped", "failed", "warnings"] as const;

const number = (value: number) => value.toLocaleString("en-US");

/** @returns a table for people, with a line per file and one for all */
export function tableOf({ files, seconds }: Report): string {
  const sum = (name: (typeof COUNTS)[number]) => files.reduce((total, file) => total + file[name], 0);
  const line = (first: string, second: string, value: (name: (typeof COUNTS)[number]) => number, took: number) => [
    first,
    second,
    ...COUNTS.map((name) => number(value(name))),
    took.toFixed(1),
  ];
  const rows = [
    ["file", "becomes", ...COUNTS, "seconds"],
    ...files.map((file) => line(file.file, file.resource, (name) => file[name], file.seconds)),
    line("all", "", sum, seconds),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join("  "),
    )
    .join("\n");
}

/** How often each remark was made: the reasons in short, before anyone opens the files of rejected rows. */
export class RemarkCounts {
  private readonly counts = new Map<string, number>();

  add(file: string, { isFailed, remarks }: RowReport): void {
    const reasons = new Set(
      remarks.map(
        ({ code, column }) => `${file}: ${isFailed ? "failed" : "warning"} ${code}${column && ` (${column})`}`,
      ),
    );
    for (const reason of reasons) this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
  }

  lines(): string[] {
    return [...this.counts].map(([reason, count]) => `${number(count).padStart(7)}  ${reason}`);
  }
}
