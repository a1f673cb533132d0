import { stringify } from "csv-stringify/sync";
import { Readable } from "node:stream";
import type { Delimiter } from "./delimiter.ts";
import { madeHarmless } from "./harmless.ts";
import { isNumeral, textOfValue, type WrittenColumn, type WrittenRow } from "./written-cell.ts";

export interface WriteCsvOptions {
  /** A byte order mark in front; without it Excel takes Chinese for Latin letters. True where it is not given. */
  mark?: boolean;
  /** What stands between cells; a comma where it is not given. */
  delimiter?: Delimiter;
}

/** So many rows are written at a time. */
const ROWS = 200;

/**
 * Writes a table as CSV (RFC 4180, UTF-8, CRLF). A text that a spreadsheet program would take for a formula gets an
 * apostrophe in front, which `openTable` takes off; numbers are no texts. Money stands behind its currency, `EUR -12.30`.
 *
 * @param rows are taken as fast as the stream is read
 * @returns a stream of bytes; it fails with what `rows` throws
 */
export function writeCsv(
  columns: readonly WrittenColumn[],
  rows: AsyncIterable<WrittenRow> | Iterable<WrittenRow>,
  { mark = true, delimiter = "," }: WriteCsvOptions = {},
): Readable {
  async function* text() {
    yield (
      (mark ? "\uFEFF" : "") + csvLines([columns.map(({ name }) => madeHarmless(textOfValue("text", name)))], delimiter)
    );
    for await (const page of pagesOf(rows, ROWS))
      yield csvLines(
        page.map((row) => columns.map(cellOf(row))),
        delimiter,
      );
  }
  return Readable.from(text(), { objectMode: false, highWaterMark: 64 * 1024 });
}

/**
 * @param rows texts of cells, harmless ones where it matters
 * @returns lines of a CSV file: CRLF behind each, quotes around cells with a delimiter, a quote, CR or LF
 */
export function csvLines(rows: readonly (readonly string[])[], delimiter: Delimiter = ","): string {
  // Where a record delimiter is given, csv-stringify 6.9 quotes no other line end unless it is told to.
  const options = { delimiter, record_delimiter: "windows", quote_record_delimiter: true };
  return stringify(rows as string[][], options);
}

const cellOf =
  (row: WrittenRow) =>
  ({ kind }: WrittenColumn, place: number) => {
    const text = textOfValue(kind, row[place]);
    return (kind === "integer" || kind === "number") && isNumeral(text) ? text : madeHarmless(text);
  };

/** @returns the rows in pages, so that not each of them costs a turn of the stream */
export async function* pagesOf<T>(rows: AsyncIterable<T> | Iterable<T>, size: number): AsyncGenerator<T[], void> {
  let page: T[] = [];
  for await (const row of rows) {
    page.push(row);
    if (page.length < size) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
