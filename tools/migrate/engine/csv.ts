import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { parse } from "csv-parse";
import { CannotFinish } from "./cannot-finish.ts";
import type { Row } from "./mapping.ts";

class CsvRow implements Row {
  readonly line: number;
  readonly cells: readonly string[];
  private readonly places: ReadonlyMap<string, number>;

  constructor(places: ReadonlyMap<string, number>, cells: readonly string[], line: number) {
    this.places = places;
    this.cells = cells;
    this.line = line;
  }

  text(column: string): string {
    const place = this.places.get(column);
    return place === undefined ? "" : (this.cells[place] ?? "").trim();
  }
}

/** An open CSV file; its header has been read, its rows have not. */
export interface CsvFile {
  readonly columns: readonly string[];
  rows(): AsyncGenerator<Row>;
  /** How much of the file has been read, 0 to 1. */
  progress(): number;
}

/**
 * Opens a CSV file (RFC 4180, UTF-8, with or without a byte order mark); empty columns behind the last one are no
 * matter, and neither is a row that is too short.
 *
 * @throws CannotFinish for quotes that do not match, and for an empty file
 */
export async function openCsv(path: string): Promise<CsvFile> {
  const { size } = await stat(path);
  const parser = parse({ bom: true, relax_column_count: true, skip_empty_lines: true, info: true });
  createReadStream(path)
    .on("error", (error) => parser.destroy(error))
    .pipe(parser);
  const records = parser[Symbol.asyncIterator]() as AsyncIterator<{ info: { lines: number }; record: string[] }>;
  const next = () =>
    records.next().catch((error: unknown) => {
      throw new CannotFinish(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    });
  const header = await next();
  if (header.done) throw new CannotFinish(`${path} is empty.`);
  const columns = header.value.record.map((name) => name.trim());
  const places = new Map(columns.map((name, place) => [name, place]));
  async function* rows(end: number): AsyncGenerator<Row> {
    for (let one = await next(); !one.done; one = await next()) {
      const { record, info } = one.value;
      yield new CsvRow(places, record, end + 1);
      end = info.lines;
    }
  }
  return {
    columns,
    rows: () => rows(header.value.info.lines),
    progress: () => (size === 0 ? 1 : parser.info.bytes / size),
  };
}
