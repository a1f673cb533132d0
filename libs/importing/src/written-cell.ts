import { plain } from "./cell-numbers.ts";
import type { TableFieldKind } from "./field.ts";

/** A column of a table that is written. */
export interface WrittenColumn {
  /** What stands in its first row. */
  name: string;
  kind: TableFieldKind;
}

/**
 * The values of a row in the order of the columns, as the API shows them: money as `{ amount, currency }`, instants as a
 * `Date` or in ISO 8601, lists as arrays; null or undefined for none.
 */
export type WrittenRow = readonly unknown[];

/**
 * The text of a value, of which `readCell` makes the value again. What no table can hold becomes U+FFFD, because the API
 * does not take it and an export should not end over it: a zero character here, half a surrogate pair where UTF-8 is made.
 */
export function textOfValue(kind: TableFieldKind, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value.replaceAll("\0", "\uFFFD");
  if (typeof value === "number") return plain(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof Date) return value.toISOString();
  if (kind === "money" && isMoney(value)) return `${value.currency} ${value.amount}`;
  const isList = kind === "list" || kind === "multipleChoice";
  return isList && Array.isArray(value) ? listText(value) : textOfValue("text", JSON.stringify(value));
}

/** A list whose elements would not be found again between semicolons is written as a JSON array. */
function listText(elements: readonly unknown[]): string {
  const texts = elements.map((element) => textOfValue("text", element));
  const isPlain = texts.every((text) => text !== "" && text === text.trim() && !/[;；\r\n]/.test(text));
  return isPlain && !texts[0]?.startsWith("[") ? texts.join("; ") : JSON.stringify(texts);
}

/** True for `{ amount, currency }`. */
export function isMoney(value: unknown): value is { amount: string; currency: string } {
  const { amount, currency } = value as { amount?: unknown; currency?: unknown };
  return typeof amount === "string" && typeof currency === "string" && /^[A-Z]{3}$/.test(currency);
}

/** True for a text that a spreadsheet program takes for a number and nothing else. */
export const isNumeral = (text: string) => /^-?\d+(\.\d+)?$/.test(text);
