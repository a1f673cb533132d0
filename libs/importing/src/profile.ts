import { hash } from "node:crypto";
import type { CellOptions } from "./cell-result.ts";
import type { Fault } from "./fault.ts";
import type { TableField } from "./field.ts";
import { KeyIndex } from "./key-index.ts";
import { MOST_DISTINCT, MOST_DUPLICATES } from "./limits.ts";
import { readCell } from "./read-cell.ts";
import type { TableRow } from "./table.ts";

/** What a column holds. */
export interface ColumnProfile {
  column: string;
  filled: number;
  blank: number;
  /** How many different texts it holds; with `more` true, more than that. */
  distinct: { count: number; more: boolean };
  /** Characters of the longest text. */
  longest: number;
  /** The first different texts, shortened. */
  examples: string[];
  /** How many cells are no value of the field that the column is mapped to, and the first ones. */
  bad: number;
  badCells: (Fault & { line: number; text: string })[];
}

export interface TableProfile {
  /** Rows that can be used, and the others with the first reasons. */
  rows: number;
  badRows: number;
  firstBadRows: (Fault & { line: number })[];
  columns: ColumnProfile[];
  /** Rows with a key that stood before: how many, and the first ones with the row of the key's first appearance. */
  duplicates: { count: number; rows: { first: number; line: number }[] };
  /** False where the table has more keys than are compared (`MOST_KEYS`). */
  isComplete: boolean;
}

export interface ProfileOptions extends CellOptions {
  /** The field that each column is mapped to, by the column's name. */
  fields?: ReadonlyMap<string, Pick<TableField, "kind" | "choices">>;
  /** The column whose texts should differ from row to row. */
  key?: string;
  /** Brings a key into the form in which keys are compared; without it, keys are compared without spaces around them. */
  normalKey?: (text: string) => string;
}

/** So many examples, bad cells and bad rows are kept, and so much of each text. */
const KEPT = 5;
const KEPT_CHARACTERS = 200;
/** Longer texts are compared by their SHA-256, which takes less room. */
const COMPARED_CHARACTERS = 32;

/**
 * Counts what the columns of a table hold while its rows stream by. Memory is bounded: for each column `MOST_DISTINCT`
 * texts of 44 characters, for the key column 48 MB at a million rows while its table grows, and 200 MB at `MOST_KEYS`.
 */
export class Profile {
  private readonly options: ProfileOptions;
  private readonly counts: Counts[];
  private readonly keyPlace: number;
  private readonly keys = new KeyIndex();
  private readonly sum = { rows: 0, badRows: 0 };
  private readonly firstBadRows: TableProfile["firstBadRows"] = [];
  private readonly duplicates: TableProfile["duplicates"] = { count: 0, rows: [] };

  /** @param columns of the table, as `openTable` gives them */
  constructor(columns: readonly string[], options: ProfileOptions) {
    this.options = options;
    this.counts = columns.map((column) => new Counts(column));
    this.keyPlace = options.key === undefined ? -1 : columns.indexOf(options.key);
  }

  /** Takes the next row of the table. */
  add(row: TableRow): void {
    if (row.error) {
      this.sum.badRows++;
      if (this.firstBadRows.length < KEPT) this.firstBadRows.push({ line: row.line, ...row.error });
      return;
    }
    this.sum.rows++;
    row.cells.forEach((text, place) => {
      const counts = this.counts[place]!;
      counts.take(text);
      const field = this.options.fields?.get(counts.column);
      const error = field && readCell(field, text, this.options).error;
      if (error) counts.takeBad(row.line, text, error);
    });
    if (this.keyPlace >= 0) this.takeKey(row.cells[this.keyPlace]!, row.line);
  }

  private takeKey(text: string, line: number): void {
    const key = (this.options.normalKey ?? ((one: string) => one.trim()))(text);
    if (key === "") return;
    const first = this.keys.firstOf(key, line);
    if (first === null) return;
    this.duplicates.count++;
    if (this.duplicates.rows.length < MOST_DUPLICATES) this.duplicates.rows.push({ first, line });
  }

  /** @returns what was counted so far */
  result(): TableProfile {
    return {
      ...this.sum,
      firstBadRows: this.firstBadRows,
      columns: this.counts.map((counts) => counts.result()),
      duplicates: this.duplicates,
      isComplete: this.keys.hasRoom,
    };
  }
}

class Counts {
  readonly column: string;
  private filled = 0;
  private blank = 0;
  private longest = 0;
  private bad = 0;
  private readonly seen = new Set<string>();
  private more = false;
  private readonly examples: string[] = [];
  private readonly badCells: ColumnProfile["badCells"] = [];

  constructor(column: string) {
    this.column = column;
  }

  take(text: string): void {
    if (text.trim() === "") {
      this.blank++;
      return;
    }
    this.filled++;
    this.longest = Math.max(this.longest, text.length);
    if (this.more) return;
    const compared = text.length > COMPARED_CHARACTERS ? hash("sha256", text, "base64") : text;
    if (this.seen.has(compared)) return;
    if (this.seen.size === MOST_DISTINCT) {
      this.more = true;
      this.seen.clear();
      return;
    }
    this.seen.add(apart(compared));
    if (this.examples.length < KEPT) this.examples.push(shortened(text));
  }

  takeBad(line: number, text: string, { code, message }: Fault): void {
    this.bad++;
    if (this.badCells.length < KEPT) this.badCells.push({ line, text: shortened(text), code, message });
  }

  result(): ColumnProfile {
    const { column, filled, blank, longest, examples, bad, badCells, more } = this;
    return {
      column,
      filled,
      blank,
      distinct: { count: more ? MOST_DISTINCT : this.seen.size, more },
      longest,
      examples,
      bad,
      badCells,
    };
  }
}

const shortened = (text: string) =>
  apart(text.length > KEPT_CHARACTERS ? `${text.slice(0, KEPT_CHARACTERS).toWellFormed()}…` : text);

/** A copy: a slice of a text keeps all of it in memory, here the piece of the file in which it was found. */
const apart = (text: string) => Buffer.from(text).toString();
