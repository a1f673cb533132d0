import { csvLines, madeHarmless } from "@kehu/importing";

/** The media type of what `csvHead` and `csvRows` make. */
export const CSV_TYPE = "text/csv; charset=utf-8";

/** @returns the first line of a CSV file (RFC 4180). Without the mark before it, Excel takes Chinese for Latin letters. */
export const csvHead = (columns: readonly string[]) => `\uFEFF${csvLines([columns])}`;

/**
 * @param rows values by column; what is no text, number or boolean is written as JSON, a time as ISO 8601
 * @returns lines of a CSV file, in which a cell that a spreadsheet would take for a formula has an apostrophe in front
 */
export function csvRows(columns: readonly string[], rows: readonly Readonly<Record<string, unknown>>[]): string {
  return csvLines(rows.map((row) => columns.map((name) => cell(row[name]))));
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return madeHarmless(value);
  if (value instanceof Date) return value.toISOString();
  return JSON.stringify(value);
}
