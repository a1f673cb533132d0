import type { Fault } from "./fault.ts";
import type { TableRow } from "./table.ts";

/** @returns the first row, after which no file is left open */
export async function firstOf(rows: AsyncIterable<TableRow>): Promise<TableRow | undefined> {
  for await (const row of rows) return row;
  return undefined;
}

/** True for a row without a text in any cell, which is none. */
export function isBlank({ cells, error }: TableRow): boolean {
  return !error && cells.every((cell) => cell === "");
}

/** @returns the row, or what is wrong with it as a row of a table of so many columns */
export function checked(row: TableRow, columns: number): TableRow {
  if (row.error) return row;
  const error = faultOf(row.cells, columns);
  return error ? { ...row, error } : row;
}

function faultOf(cells: readonly string[], columns: number): Fault | null {
  if (cells.length !== columns)
    return {
      code: "import.row-cells",
      message: `The row has ${cells.length} cells and the header ${columns}. Every row needs as many; in CSV a cell with a delimiter in it stands in quotes.`,
    };
  const bad = cells.findIndex((cell) => cell.includes("\0") || !cell.isWellFormed());
  if (bad < 0) return null;
  return { code: "import.cell-character", message: `Cell ${bad + 1} holds a zero character or half a surrogate pair.` };
}
