import type { Data, FileTable, Remark, Row } from "./mapping.ts";

/** A row that is ready to go to Kehu. */
export interface Item {
  readonly row: Row;
  readonly key: string;
  /** What Kehu is told, external id included. */
  readonly data: Data;
  readonly warnings: readonly Remark[];
}

/** What became of a row. */
export interface Settled {
  readonly outcome: "created" | "updated" | "unchanged" | "failed";
  /** Id of its record, where there is one. */
  readonly id: string | null;
  readonly errors: readonly Remark[];
}

/** Where rows go. */
export interface Destination {
  /** @returns what becomes of the rows of a file, in their order; it may be known only when the last one is there */
  settle(table: FileTable, items: AsyncIterable<Item>): AsyncIterable<Settled>;
  /** @returns how much of what it has been given is dealt with, 0 to 1 */
  progress(): number;
}
