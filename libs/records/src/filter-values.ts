import { Malformed } from "@kehu/contracts";
import type { Settings } from "./company-settings.ts";
import type { Field } from "./field.ts";
import { currencyDigits, formatMinor, isCurrency, toMinor } from "./money.ts";

export const OPERATORS = [
  "eq",
  "ne",
  "in",
  "nin",
  "gt",
  "gte",
  "lt",
  "lte",
  "contains",
  "startsWith",
  "isNull",
] as const;
export type Operator = (typeof OPERATORS)[number];

/** What values are read by: currency and country of the company; now, and the time zone in which days begin. */
export type FilterOptions = Settings & { now: Date };

/** @throws Malformed `filter.invalid-value` for what is neither */
export function truth(name: string, value: unknown): boolean {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw unfit(name, "true or false");
}

/** A list as JSON has it, or as a query string has it. */
export function listOf(name: string, value: unknown): unknown[] {
  const list = typeof value === "string" ? value.split(",") : value;
  if (!Array.isArray(list) || list.length === 0 || list.length > 200) throw unfit(name, "a list of 1 to 200 values");
  return list as unknown[];
}

const unfit = (name: string, expected: string) =>
  new Malformed("filter.invalid-value", `${name} is compared with ${expected}.`, {
    errors: [{ field: name, code: "filter.invalid-value", message: `Expected: ${expected}.` }],
  });

/**
 * Reads a value as its field's kind; query strings and JSON give the same. Days and instants are read by `momentSql`.
 *
 * @throws Malformed `filter.invalid-value` naming the field and what is expected
 */
export function parseValue(name: string, field: Field, value: unknown, settings: Settings): unknown {
  const input = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  if (typeof input !== "string" || input === "") throw unfit(name, "a value; an empty one is found by isNull");
  switch (field.kind) {
    case "integer":
      return /^-?\d{1,15}$/.test(input) ? input : refuse(name, "a whole number");
    case "number":
      return isNumber(input) ? input : refuse(name, "a number of at most 15 digits");
    case "time":
      return timeOf(input) ?? refuse(name, "a time of day such as 09:30");
    case "boolean":
      return truth(name, input);
    case "id":
    case "reference":
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(input)
        ? input.toLowerCase()
        : refuse(name, "an id (UUID)");
    default:
      return field.normalise ? field.normalise(input, settings) : input;
  }
}

/** An amount in smallest units, with its currency. */
export interface Amount {
  minor: bigint;
  currency: string;
}

/**
 * Reads an amount: `15.00` in the company's currency, `EUR 15.00` as exports write it, or `{ amount, currency }`. Amounts of
 * different currencies are not compared.
 *
 * @throws Malformed `filter.invalid-value` naming the field and what is expected
 */
export function amountOf(name: string, value: unknown, settings: Settings): Amount {
  const { amount, currency = settings.currency } =
    typeof value === "object" && value !== null ? (value as { amount?: unknown; currency?: unknown }) : written(value);
  const minor = isCurrency(currency) && typeof amount === "string" ? toMinor(amount, currency) : null;
  if (minor !== null) return { minor, currency: currency as string };
  const example = formatMinor(1230n, currencyDigits(settings.currency));
  return refuse(
    name,
    `an amount in ${settings.currency} such as ${example}, or with its currency: ${settings.currency} ${example}`,
  );
}

function written(value: unknown): { amount?: string; currency?: string } {
  const [, currency, amount] = /^(?:([A-Z]{3}) )?(.*)$/.exec(String(value)) ?? [];
  return { ...(currency !== undefined && { currency }), ...(amount !== undefined && { amount }) };
}

const isNumber = (text: string) => /^-?\d+(\.\d+)?$/.test(text) && text.replace(/\D/g, "").length <= 15;

/** @returns a time of day with its seconds; null for what is none */
export function timeOf(text: string): string | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text);
  return match ? `${match[1]}:${match[2]}:${match[3] ?? "00"}` : null;
}

/** Reads a value by whose token an encrypted field is found, with the same errors. */
export function blindValue(name: string, field: Field, value: unknown, settings: Settings): string {
  const normal = String(parseValue(name, field, value, settings));
  return field.blind === "phoneEnding" && normal.length !== 7
    ? refuse(name, "the last seven digits of a phone number")
    : normal;
}

/** @throws Malformed `filter.invalid-value`, always */
export function refuse(name: string, expected: string): never {
  throw unfit(name, expected);
}
