import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { writeCsv, type WrittenColumn, type WrittenRow } from "@kehu/importing";
import type { Item } from "./destination.ts";
import type { FileTable } from "./mapping.ts";

/** How an import reads what is written here. */
export const FORM = { encoding: "utf-8", delimiter: ",", header: true } as const;

/** The column of the keys. */
const keyColumn = (system: string) => `externalIds.${system}`;

/** @returns what each column of a table's clean file holds: its name says it */
export function mappingOf({ fields }: FileTable, system: string): Record<string, string> {
  return Object.fromEntries([keyColumn(system), ...Object.keys(fields)].map((name) => [name, name]));
}

/**
 * Writes rows as an import takes them: a column for each field, and one for the keys.
 *
 * @returns how many there were
 */
export async function writeClean(
  path: string,
  { fields }: FileTable,
  system: string,
  items: AsyncIterable<Item>,
): Promise<number> {
  const names = Object.keys(fields);
  const columns = [
    { name: keyColumn(system), kind: "text" as const },
    ...names.map((name) => ({ name, kind: fields[name]!.kind ?? "text" })),
  ];
  let count = 0;
  async function* rows() {
    for await (const { key, data } of items) {
      count++;
      yield [key, ...names.map((name) => data[name])];
    }
  }
  await writeTable(path, columns, rows());
  return count;
}

/** Writes a table that its owner alone may read. */
export async function writeTable(
  path: string,
  columns: readonly WrittenColumn[],
  rows: AsyncIterable<WrittenRow> | Iterable<WrittenRow>,
): Promise<void> {
  await pipeline(writeCsv(columns, rows, { mark: false }), createWriteStream(path, { mode: 0o600 }));
}
