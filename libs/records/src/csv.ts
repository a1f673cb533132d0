import { stringify } from "csv-stringify/sync";

/** The media type of what `csvHead` and `csvRows` make. */
export const CSV_TYPE = "text/csv; charset=utf-8";

/** @returns the first line of a CSV file (RFC 4180). Without the mark before it, Excel takes Chinese for Latin letters. */
export const csvHead = (columns: readonly string[]) => `\uFEFF${columns.join(",")}\r\n`;

/**
 * @param rows values by column; what is no text, number or boolean is written as JSON, a time as ISO 8601
 * @returns lines of a CSV file, in which a cell that a spreadsheet would take for a formula has an apostrophe in front
 */
export function csvRows(columns: readonly string[], rows: readonly Readonly<Record<string, unknown>>[]): string {
  const cells = rows.map((row) => columns.map((name) => cell(row[name])));
  return stringify(cells, { record_delimiter: "windows", escape_formulas: true, cast: { boolean: String } });
}

function cell(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
