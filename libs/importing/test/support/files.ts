import { createWriteStream } from "node:fs";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { openTable, type Table, type TableOptions, type TableRow } from "@kehu/importing";

/** A folder for the files of a test. */
export class Files {
  private readonly folder = mkdtempSync(join(tmpdir(), "kehu-tables-"));
  private count = 0;

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** True for the path of one of them. */
  has(path: string): boolean {
    return path.startsWith(this.folder);
  }

  /** @returns the path of a file with this content */
  of(content: string | Uint8Array): string {
    const path = this.next();
    writeFileSync(path, content);
    return path;
  }

  /** @returns the path of a file with the content of a stream */
  async from(content: Readable | Iterable<string | Uint8Array>): Promise<string> {
    const path = this.next();
    await pipeline(content instanceof Readable ? content : Readable.from(content), createWriteStream(path));
    return path;
  }

  private next(): string {
    return join(this.folder, String(this.count++));
  }
}

/** A table with all of its rows. */
export interface ReadTable {
  table: Table;
  rows: TableRow[];
}

export async function read(path: string, options: TableOptions = {}): Promise<ReadTable> {
  const table = await openTable(path, options);
  const rows: TableRow[] = [];
  for await (const row of table.rows()) rows.push(row);
  return { table, rows };
}
