import { RuleViolation } from "@kehu/contracts";
import { Zip, ZipDeflate } from "fflate";
import { Readable } from "node:stream";
import { setImmediate as pause } from "node:timers/promises";
import { MOST_SHEET_ROWS } from "./limits.ts";
import { SheetWriter } from "./sheet-writer.ts";
import { pagesOf } from "./write-csv.ts";
import type { WrittenColumn, WrittenRow } from "./written-cell.ts";
import { CONTENT_TYPES, PACKAGE_RELATIONSHIPS, WORKBOOK_RELATIONSHIPS, workbook } from "./xlsx-parts.ts";

export interface WriteXlsxOptions {
  /** Name of the sheet; spreadsheet programs take 31 characters, and none of `[]:*?/\`. */
  sheet?: string;
}

/** So many rows are written at a time; other work is done between two pages. */
const ROWS = 200;
/** What a ZIP archive without extensions holds in one entry. */
const MOST_BYTES = 2 ** 32 - 1;

/**
 * Writes a table as an XLSX file with one sheet (ECMA-376, part 1). Texts are texts, never formulas. Days and instants
 * are days, instants in UTC with a `Z` behind them; before March 1900 they are texts. Money and numbers are numbers where
 * fifteen digits hold them exactly, else texts. A text of more than 32,767 characters is written whole, though Excel cuts it.
 *
 * @param rows are taken as fast as the stream is read
 * @returns a stream of bytes; it fails with what `rows` throws, and with RuleViolation `export.too-large` for more rows or
 *   bytes than a sheet holds
 */
export function writeXlsx(
  columns: readonly WrittenColumn[],
  rows: AsyncIterable<WrittenRow> | Iterable<WrittenRow>,
  { sheet = "Kehu" }: WriteXlsxOptions = {},
): Readable {
  const writer = new SheetWriter(columns);
  const parts: [name: string, pieces: AsyncIterable<string> | Iterable<string>][] = [
    ["[Content_Types].xml", [CONTENT_TYPES]],
    ["_rels/.rels", [PACKAGE_RELATIONSHIPS]],
    ["xl/workbook.xml", [workbook(sheet)]],
    ["xl/_rels/workbook.xml.rels", [WORKBOOK_RELATIONSHIPS]],
    ["xl/worksheets/sheet1.xml", sheetOf(writer, rows)],
    // Behind the sheet, because only then all currencies are known.
    ["xl/styles.xml", stylesOf(writer)],
  ];
  return Readable.from(zipped(parts), { objectMode: false, highWaterMark: 64 * 1024 });
}

function* stylesOf(writer: SheetWriter): Generator<string> {
  yield writer.styles();
}

async function* sheetOf(writer: SheetWriter, rows: AsyncIterable<WrittenRow> | Iterable<WrittenRow>) {
  yield writer.head();
  for await (const page of pagesOf(rows, ROWS)) {
    yield page.map((row) => writer.row(row)).join("");
    if (writer.rows > MOST_SHEET_ROWS)
      throw new RuleViolation("export.too-large", `A sheet holds ${MOST_SHEET_ROWS} rows. Take CSV, or fewer records.`);
    await pause();
  }
  yield writer.foot();
}

async function* zipped(
  parts: readonly [name: string, pieces: AsyncIterable<string> | Iterable<string>][],
): AsyncGenerator<Uint8Array, void> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, bytes) => {
    if (error) throw error;
    ready.push(bytes);
  });
  for (const [name, pieces] of parts) {
    const entry = new ZipDeflate(name, { level: 3 });
    zip.add(entry);
    let bytes = 0;
    for await (const piece of pieces) {
      const chunk = Buffer.from(piece);
      bytes += chunk.length;
      if (bytes > MOST_BYTES)
        throw new RuleViolation("export.too-large", "A sheet holds 4 GB. Take CSV, or fewer records or fields.");
      entry.push(chunk);
      yield* ready.splice(0);
    }
    entry.push(new Uint8Array(0), true);
  }
  zip.end();
  yield* ready;
}
