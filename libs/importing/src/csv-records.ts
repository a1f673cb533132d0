import { RuleViolation } from "@kehu/contracts";
import type { Fault } from "./fault.ts";
import { MOST_CELL_CHARACTERS, MOST_COLUMNS, MOST_ROW_CHARACTERS } from "./limits.ts";
import type { TableRow } from "./table.ts";

const QUOTE = 34;
const LINE_FEED = 10;
const RETURN = 13;

/** Where in a cell the next character is. */
type Place = "start" | "plain" | "quoted" | "after quote" | "beyond repair";

/**
 * Cuts the text of a CSV file (RFC 4180) into rows, piece by piece. A row ends with CR, LF or both; a quote in the middle
 * of a cell that does not begin with one is a character like others. Of a row or cell that is too long nothing is kept.
 * This is by hand because csv-parse, above its `max_record_size`, cannot go on with the next row; a test holds the two
 * against each other.
 */
export class CsvRecords {
  private readonly delimiter: number;
  private place: Place = "start";
  private cells: string[] = [];
  private cell = "";
  private size = 0;
  private fault: Fault | undefined;
  /** The line of the next character, of the row's first, and of the quote that is open. */
  private line = 1;
  private rowLine = 1;
  private quoteLine = 1;
  private isAfterReturn = false;

  /** @param delimiter one character */
  constructor(delimiter: string) {
    this.delimiter = delimiter.charCodeAt(0);
  }

  /** @returns the rows that end in this piece of the text; lines without a character are none */
  read(text: string): TableRow[] {
    const rows: TableRow[] = [];
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.place === "quoted") {
        if (code === QUOTE) {
          this.keep(text, from, at);
          this.place = "after quote";
          this.isAfterReturn = false;
          from = at + 1;
        } else this.countLine(code);
      } else if (code === this.delimiter) {
        this.keep(text, from, at);
        this.endCell();
        this.isAfterReturn = false;
        from = at + 1;
      } else if (code === LINE_FEED || code === RETURN) {
        this.keep(text, from, at);
        const follows = code === LINE_FEED && this.isAfterReturn && this.isBlank();
        this.countLine(code);
        if (follows) this.rowLine = this.line;
        else this.endRow(rows);
        from = at + 1;
      } else {
        if (this.place !== "plain") from = this.character(code, at, from);
        this.isAfterReturn = false;
      }
    }
    this.keep(text, from, text.length);
    return rows;
  }

  /**
   * @returns the last row, where no line end stands behind it
   * @throws RuleViolation `import.file-quote` where a quote is open at the end of the file
   */
  end(): TableRow[] {
    if (this.place === "quoted")
      throw new RuleViolation(
        "import.file-quote",
        `The quote that opens in line ${this.quoteLine} is never closed. Close it, and double quotes within a cell.`,
      );
    const rows: TableRow[] = [];
    this.endRow(rows);
    return rows;
  }

  /** A character outside of quotes that ends nothing. @returns where the text begins that is not kept yet */
  private character(code: number, at: number, from: number): number {
    if (this.place === "start") {
      this.place = code === QUOTE ? "quoted" : "plain";
      if (code !== QUOTE) return from;
      this.quoteLine = this.line;
      return at + 1;
    }
    if (this.place === "after quote") {
      this.place = code === QUOTE ? "quoted" : "beyond repair";
      if (code !== QUOTE)
        this.spoil("import.row-quote", `Cell ${this.cells.length + 1} goes on after its quote. ${DOUBLE}`);
    }
    return from;
  }

  private countLine(code: number): void {
    if (code === RETURN || (code === LINE_FEED && !this.isAfterReturn)) this.line++;
    this.isAfterReturn = code === RETURN;
  }

  private keep(text: string, from: number, to: number): void {
    this.size += to - from;
    if (this.size > MOST_ROW_CHARACTERS)
      this.spoil("import.row-length", `The row has more than ${MOST_ROW_CHARACTERS} characters.`);
    else if (this.cell.length + to - from > MOST_CELL_CHARACTERS)
      this.spoil("import.cell-length", tooLong(this.cells.length + 1));
    if (!this.fault && to > from) this.cell += text.slice(from, to);
  }

  private spoil(code: string, message: string): void {
    this.fault ??= { code, message };
    this.cells = [];
    this.cell = "";
  }

  private endCell(): void {
    if (!this.fault) this.cells.push(this.cell);
    if (this.cells.length > MOST_COLUMNS)
      this.spoil("import.row-columns", `The row has more than ${MOST_COLUMNS} cells.`);
    this.size++;
    this.cell = "";
    this.place = "start";
  }

  private isBlank(): boolean {
    return this.place === "start" && this.cells.length === 0 && this.size === 0 && !this.fault;
  }

  private endRow(rows: TableRow[]): void {
    if (!this.isBlank()) {
      this.endCell();
      rows.push(this.fault ? { line: this.rowLine, error: this.fault } : { line: this.rowLine, cells: this.cells });
    }
    this.cells = [];
    this.size = 0;
    this.fault = undefined;
    this.rowLine = this.line;
  }
}

const DOUBLE = "A quote within a cell is written twice, and the cell stands in quotes.";

/** @param place of the cell in its row, from 1 */
export const tooLong = (place: number) => `Cell ${place} has more than ${MOST_CELL_CHARACTERS} characters.`;
