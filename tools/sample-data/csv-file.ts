/** One file: its header, and its rows as they are written. */
export interface File {
  readonly name: string;
  readonly header: string;
  readonly rows: () => Iterable<readonly string[]>;
}

/** A file with a row per record. */
export function table<T>(
  name: string,
  header: string,
  records: readonly T[],
  cells: (record: T) => readonly string[],
): File {
  return {
    name,
    header,
    *rows() {
      for (const record of records) yield cells(record);
    },
  };
}

/** @returns the file as CSV (RFC 4180), piece by piece */
export function* textOf({ header, rows }: File): Generator<string> {
  yield `${header}\n`;
  for (const row of rows()) yield `${row.map(quoted).join(",")}\n`;
}

const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
