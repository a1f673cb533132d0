import type { Fault } from "./fault.ts";

/** A row that can be used, or what is wrong with it. */
export type TableRow =
  | {
      /** Where it begins in the file: its line in a CSV file, its number in a sheet; the first is 1. */
      line: number;
      /** As many as there are columns; an empty cell is an empty text. */
      cells: string[];
      error?: undefined;
    }
  | {
      line: number;
      /** As they stand there, be they too few or too many; none where they are more than can be held. */
      cells?: string[];
      error: Fault;
    };

/** What the reader of a table should know though its rows can be used. */
export interface TableWarning extends Fault {
  /** The first row that it is about; none where it is about the file. */
  line?: number;
  /** How many cells it is about. */
  count: number;
}

/** An open table: its header has been read, its rows have not. It holds no file open. */
export interface Table {
  readonly format: "csv" | "xlsx";
  /** Encoding of a CSV file, with the name that the Encoding Standard has for it. */
  readonly encoding?: string;
  /** What stands between the cells of a CSV file. */
  readonly delimiter?: string;
  /** Name of the sheet that is read, and of all sheets of the file. */
  readonly sheet?: string;
  readonly sheets?: readonly string[];
  /** False where the first row is a record like the others; the columns are then called `Column 1` and so on. */
  readonly header: boolean;
  /** Texts of the header, trimmed and in normal form C: none is blank, and no two are equal. */
  readonly columns: readonly string[];
  /**
   * The rows, from the first one at each call; rows in which every cell is empty are passed over.
   *
   * @throws RuleViolation (422, `import.file-...`) where the file itself turns out to be broken
   */
  rows(): AsyncGenerator<TableRow, void>;
  /** @returns how much of the file the last call of `rows` has read, 0 to 1 */
  progress(): number;
  /** @returns what was found so far; complete when the rows have been read */
  warnings(): readonly TableWarning[];
}
