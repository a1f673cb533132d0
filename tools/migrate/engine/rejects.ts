import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KEY_COLUMN } from "./identity.ts";
import type { FileTable } from "./mapping.ts";
import type { RowReport } from "./report.ts";

const ADDED = [KEY_COLUMN, "Kehu line", "Kehu code", "Kehu reason"];
const WARNINGS = "warnings.csv";

/** Keeps what failed, in the form in which it came: to be mended and sent again; and what was warned of, to be read. */
export class Rejects {
  private readonly folder: string;
  private readonly warnings: string[][] = [["File", "Line", "Key", "Column", "Code", "Reason"]];

  /** Removes what an earlier run left in the folder. */
  constructor(folder: string, tables: readonly FileTable[]) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    for (const file of [...tables.map((table) => table.file), WARNINGS]) rmSync(join(folder, file), { force: true });
  }

  /** Writes down what there is to say about the rows of one file. */
  write({ file }: FileTable, columns: readonly string[], reports: readonly RowReport[]): void {
    const inOrder = reports.toSorted((one, other) => one.row.line - other.row.line);
    const own = columns.filter((name) => !ADDED.includes(name));
    const rejected = inOrder
      .filter(({ isFailed }) => isFailed)
      .map(({ row, key, remarks }) => [
        ...own.map((name) => row.cells[columns.indexOf(name)] ?? ""),
        key,
        String(row.line),
        remarks.map(({ code }) => code).join("; "),
        remarks
          .map(({ message, column }) => (column && !message.startsWith(column) ? `${column}: ${message}` : message))
          .join("; "),
      ]);
    if (rejected.length > 0) this.put(file, [[...own, ...ADDED], ...rejected]);
    for (const { row, key, isFailed, remarks } of inOrder) {
      if (isFailed) continue;
      for (const { column, code, message } of remarks)
        this.warnings.push([file, String(row.line), key, column, code, message]);
    }
  }

  /** Writes the list of warnings. */
  end(): void {
    if (this.warnings.length > 1) this.put(WARNINGS, this.warnings);
  }

  private put(file: string, lines: readonly (readonly string[])[]): void {
    writeFileSync(join(this.folder, file), lines.map((cells) => `${cells.map(quoted).join(",")}\n`).join(""));
  }
}

/** RFC 4180 */
export const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
