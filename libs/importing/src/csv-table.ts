import { stat } from "node:fs/promises";
import { checked, firstOf, isBlank } from "./cells.ts";
import { CsvRecords } from "./csv-records.ts";
import { delimiterOf, type Delimiter } from "./delimiter.ts";
import { asWritten } from "./harmless.ts";
import { headerOf } from "./header.ts";
import type { Table, TableRow, TableWarning } from "./table.ts";
import { encodingOf, textOf, type TextEncoding } from "./text-encoding.ts";

export interface CsvOptions {
  /** Encoding of the text; where it is not given it is found. */
  encoding?: TextEncoding;
  /** What stands between cells; where it is not given it is found. */
  delimiter?: Delimiter;
  /** Whether the first row names the columns; where it is not given it is found. */
  header?: boolean;
}

/** How many characters the delimiter is found by. */
const SAMPLE = 64 * 1024;

/** Opens a CSV file; see `openTable`. */
export async function openCsvTable(path: string, options: CsvOptions): Promise<Table> {
  const { size } = await stat(path);
  const encoding = options.encoding ?? (await encodingOf(path));
  const delimiter = options.delimiter ?? (await delimiterOfFile(path, encoding));
  let read = 0;
  const all = (seen: (bytes: number) => void) => rowsOf(path, encoding, delimiter, seen);
  const header = headerOf(await firstOf(all(() => undefined)), options.header);
  const warnings = options.encoding === undefined && encoding === "gb18030" ? [GUESSED] : [];
  return {
    format: "csv",
    encoding,
    delimiter,
    ...header,
    async *rows() {
      let isHeader = header.header;
      for await (const row of all((bytes) => (read = bytes))) {
        if (!isHeader) yield checked(row, header.columns.length);
        isHeader = false;
      }
    },
    progress: () => Math.min(1, read / size),
    warnings: () => warnings,
  };
}

const GUESSED: TableWarning = {
  code: "import.encoding-guessed",
  message: "The file is not UTF-8 and is read as GB18030. Where examples look wrong, name the encoding.",
  count: 1,
};

async function delimiterOfFile(path: string, encoding: TextEncoding): Promise<Delimiter> {
  let sample = "";
  for await (const text of textOf(path, encoding)) {
    sample += text;
    if (sample.length >= SAMPLE) return delimiterOf(sample.slice(0, SAMPLE), false);
  }
  return delimiterOf(sample, true);
}

async function* rowsOf(
  path: string,
  encoding: TextEncoding,
  delimiter: Delimiter,
  seen: (bytes: number) => void,
): AsyncGenerator<TableRow, void> {
  const records = new CsvRecords(delimiter);
  for await (const text of textOf(path, encoding, seen)) yield* used(records.read(text));
  yield* used(records.end());
}

function* used(rows: readonly TableRow[]): Generator<TableRow> {
  for (const row of rows)
    if (row.error) yield row;
    else if (!isBlank(row)) yield { line: row.line, cells: row.cells.map(asWritten) };
}
