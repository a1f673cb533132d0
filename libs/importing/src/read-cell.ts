import { parse, safeParse } from "secure-json-parse";
import { wrong, type CellOptions, type CellResult } from "./cell-result.ts";
import type { TableChoice, TableField } from "./field.ts";
import { readDay, readInstant, readTime } from "./read-moment.ts";
import { readInteger, readMoney, readNumber } from "./read-number.ts";

/**
 * Reads a cell as a value of a field.
 *
 * @param field whose value it is to be
 * @param text of the cell, as `openTable` gives it
 * @returns text and long text as they are; choices by value; numbers; money with exactly the digits of its currency; days
 *   and times in ISO 8601, instants in UTC; lists by their elements, cut at `;`, `；` and line ends, or written as a JSON
 *   array; references as an id (UUID) or whatever else stands there, for the caller to resolve
 */
export function readCell(field: Pick<TableField, "kind" | "choices">, text: string, options: CellOptions): CellResult {
  const trimmed = text.trim();
  if (trimmed === "") return { value: null };
  const choices = field.choices ?? [];
  // The patterns of numbers and days look at a text more than once: a long one is none of them.
  const short = trimmed.length > LONGEST_NUMBER ? "?" : trimmed;
  switch (field.kind) {
    case "text":
    case "longText":
      return { value: text };
    case "reference":
      return { value: UUID.test(trimmed) ? trimmed.toLowerCase() : trimmed };
    case "choice":
      return chosen(choices, trimmed);
    case "multipleChoice":
      return all(elementsOf(trimmed).map((element) => chosen(choices, element)));
    case "list":
      return { value: elementsOf(trimmed) };
    case "integer":
      return readInteger(short, options);
    case "number":
      return readNumber(short, options);
    case "money":
      return readMoney(short, options);
    case "date":
      return readDay(short, options);
    case "instant":
      return readInstant(short, options);
    case "time":
      return readTime(short);
    case "boolean":
      return readBoolean(trimmed);
    case "id":
      return UUID.test(trimmed)
        ? { value: trimmed.toLowerCase() }
        : wrong("import.cell-id", "An id such as 0190a5b2-7c00-7000-8000-000000000000 is expected.");
    case "link":
      return readLink(trimmed);
    case "json":
      return readJson(trimmed);
  }
}

/** The smallest number that JavaScript holds has 326 characters. */
const LONGEST_NUMBER = 400;

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

const folded = (text: string) => text.normalize("NFKC").trim().toLowerCase();

/** More choices than these are not written into a message. */
const NAMED_CHOICES = 8;

function chosen(choices: readonly TableChoice[], text: string): CellResult {
  const names = (choice: TableChoice) =>
    typeof choice === "string" ? [choice] : [choice.value, choice.label.en, choice.label.zh];
  const wanted = folded(text);
  const exact = choices.find((choice) => names(choice)[0] === text);
  const choice = exact ?? choices.find((one) => names(one).some((name) => folded(name) === wanted));
  if (choice !== undefined) return { value: names(choice)[0]! };
  const values = choices.slice(0, NAMED_CHOICES).map((one) => names(one)[0]!);
  const more = choices.length > NAMED_CHOICES ? ` and ${choices.length - NAMED_CHOICES} more` : "";
  return wrong("import.cell-choice", `One of the field's choices is expected: ${values.join(", ")}${more}.`);
}

function all(results: readonly CellResult[]): CellResult {
  const values: string[] = [];
  for (const { value, error } of results) {
    if (error) return { error };
    values.push(value as string);
  }
  return { value: [...new Set(values)] };
}

/** Elements that hold a divider or begin or end with a space stand in a JSON array. */
function elementsOf(text: string): string[] {
  const array = text.startsWith("[") ? (safeParse(text) as unknown) : null;
  if (Array.isArray(array) && array.every((element) => typeof element === "string")) return array;
  const elements = text.split(/[;；\r\n]/).map((element) => element.trim());
  return elements.filter((element) => element !== "");
}

const YES = ["true", "yes", "y", "1", "是"];
const NO = ["false", "no", "n", "0", "否"];

function readBoolean(text: string): CellResult {
  const word = folded(text);
  if (YES.includes(word)) return { value: true };
  if (NO.includes(word)) return { value: false };
  return wrong("import.cell-boolean", "Yes or no is expected, such as true, no, 1 or 否.");
}

function readLink(text: string): CellResult {
  const url = URL.parse(text);
  if (url && ["http:", "https:"].includes(url.protocol) && !/\s/.test(text)) return { value: text };
  return wrong("import.cell-link", "A web address such as https://example.com/page is expected.");
}

function readJson(text: string): CellResult {
  try {
    return { value: parse(text) as object };
  } catch {
    return wrong("import.cell-json", 'JSON such as [{ "system": "erp", "id": "17" }] is expected.');
  }
}
