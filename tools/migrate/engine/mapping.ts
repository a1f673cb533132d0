import type { TableFieldKind } from "@kehu/importing";

/** One row of an export file. */
export interface Row {
  /** Line of the file on which the row begins, from 1; the header is on the first. */
  readonly line: number;
  /** Its cells as they came. */
  readonly cells: readonly string[];
  /** The text of a column without blanks around it; "" where the cell is empty or the file has no such column. */
  text(column: string): string;
}

/** What is wrong with a row, or could not be used of it. */
export interface Remark {
  readonly code: string;
  readonly message: string;
  /** The column that it is about; "" where it is about the whole row. */
  readonly column: string;
}

/** The row cannot be brought over. */
export class RowFault extends Error {
  readonly code: string;
  readonly column: string;

  constructor(code: string, column: string, message: string) {
    super(message);
    this.code = code;
    this.column = column;
  }
}

/** What Kehu is told about a record. */
export type Data = Record<string, unknown>;

/** What other rows find a record by, besides its own key; and what they take over from it. */
export type Attributes = Readonly<Record<string, string | undefined>>;

/** A record that exists in Kehu, or will when its row has been sent. */
export interface KnownRecord {
  readonly id: string;
  readonly attributes: Attributes;
}

/** What a field may ask while a row is read. */
export interface Surroundings {
  /** ISO 3166-1 alpha-2, the company's. */
  readonly country: string;
  /** The record of a type that came over under this key. */
  byKey(type: string, key: string): KnownRecord | undefined;
  /** The records of a type with this value of an attribute. */
  byAttribute(type: string, attribute: string, value: string): readonly KnownRecord[];
  /** Id of a record that has to be there beforehand. */
  prerequisite(name: string): string;
  /** Something of the row could not be used. */
  warn(code: string, column: string, message: string): void;
}

/** How one field of a record is filled. */
export interface Field {
  /** The columns that it reads. */
  readonly columns: readonly string[];
  /** A file without one of these columns cannot be brought over at all. */
  readonly isRequired?: boolean;
  /** The types of the records that it points to. */
  readonly refersTo?: readonly string[];
  /** How its values stand in a table, where that is not plain. */
  readonly kind?: TableFieldKind;
  /** A record's field is emptied where the row says nothing about it. */
  readonly isEmptied?: boolean;
  /** @returns what Kehu is told; undefined says nothing about the field */
  readonly read: (row: Row, surroundings: Surroundings) => unknown;
}

/** How one file comes over. */
export interface FileTable {
  /** Name of the file in the export's folder. */
  readonly file: string;
  /** The resource of Kehu that its rows become: `accounts`. */
  readonly resource: string;
  /** What references call such a record: `account`. */
  readonly type: string;
  /** The columns that say which record a row is; dates count by what they mean, not by how they are written. */
  readonly key: readonly string[];
  /** What a key means that occurred before: a mistake, or one more record, numbered in the order of the file. */
  readonly repeatedKey: "fails" | "is-numbered";
  /** Rows that equal an earlier one in every column are that same record. */
  readonly equalRowsAreOne?: boolean;
  readonly fields: Readonly<Record<string, Field>>;
  /** Attributes by which other files find these records; given what was sent to Kehu, or what Kehu shows. */
  readonly attributes?: (record: Data) => Attributes;
  /** Columns that have no place in Kehu, or repeat what other columns say. */
  readonly unused: readonly string[];
}

/** A record that has to be there before any row comes over. */
export interface Prerequisite {
  readonly name: string;
  readonly resource: string;
  /** What it is recognised by. */
  readonly match: Readonly<Record<string, string>>;
  /** What it is made of where it is missing; without it a missing one ends the run. */
  readonly create?: Data;
}

/** How everything of another system comes over. */
export interface Mapping {
  /** Name of the system in external ids: `zoho`. */
  readonly system: string;
  readonly prerequisites: readonly Prerequisite[];
  /** In the order in which they come over: a file stands behind those that it refers to. */
  readonly files: readonly FileTable[];
}
