/** What a field holds. */
export type TableFieldKind =
  | "text"
  | "longText"
  | "choice"
  | "multipleChoice"
  | "integer"
  | "number"
  | "money"
  | "date"
  | "instant"
  | "time"
  | "boolean"
  | "list"
  | "reference"
  | "id"
  | "link"
  | "json";

/** A label in the languages of the product. */
export interface TableLabel {
  en: string;
  zh: string;
}

/** A value that may be chosen; with a label it is found by that too. */
export type TableChoice = string | { value: string; label: TableLabel };

/** A field of a resource, as far as tables need to know it; the fields of libs/records fit. */
export interface TableField {
  name: string;
  kind: TableFieldKind;
  label: TableLabel;
  choices?: readonly TableChoice[];
}
