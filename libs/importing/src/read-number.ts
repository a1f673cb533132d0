import { wrong, type CellOptions, type CellResult } from "./cell-result.ts";
import { CURRENCY_SIGNS, currencyDigits, isCurrency } from "./currencies.ts";

/** Digits of a number that was written in one of many ways. */
interface Digits {
  isNegative: boolean;
  whole: string;
  fraction: string;
  exponent: string;
}

const FORMS = { ".": form(",", String.raw`\.`), ",": form(String.raw`\.`, ",") };

/** Thousands stand in threes behind one and the same divider: the other sign, a space or an apostrophe. */
function form(thousands: string, decimal: string): RegExp {
  const whole = String.raw`\d+|\d{1,3}(?:(?<divider>${thousands}|[ '’])\d{3})(?:\k<divider>\d{3})*`;
  return new RegExp(`^(?<whole>${whole})?(?:${decimal}(?<fraction>\\d*))?(?:e(?<exponent>[+-]?\\d{1,3}))?$`, "i");
}

/** Wide digits, odd spaces and the typographic minus become plain ones. */
const plainForms = (text: string) => text.normalize("NFKC").replace(/\s/g, " ").replaceAll("\u2212", "-").trim();

function digitsOf(text: string, decimal: "." | "," = "."): Digits | null {
  const [, inner] = /^\((.*)\)$/.exec(text) ?? [];
  const [, sign = "", unsigned = ""] = /^([-+]?) ?(.*)$/.exec(inner ?? text) ?? [];
  const { whole = "", fraction = "", exponent = "0" } = FORMS[decimal].exec(unsigned)?.groups ?? {};
  if (whole + fraction === "" || (inner !== undefined && sign !== "")) return null;
  return { isNegative: sign === "-" || inner !== undefined, whole: whole.replace(/\D/g, ""), fraction, exponent };
}

const written = ({ isNegative, whole, fraction, exponent }: Digits) =>
  Number(`${isNegative ? "-" : ""}${whole || "0"}.${fraction || "0"}e${exponent}`);

/** @returns how to say which sign the decimals have, where the text would be a number with the other one */
function hint(text: string, { decimal = "." }: CellOptions): string {
  const other = decimal === "." ? "," : ".";
  return !digitsOf(text, decimal) && digitsOf(text, other)
    ? ` If its decimals follow a ${other === "," ? "comma" : "point"}, say so.`
    : "";
}

/** @returns a whole number, exactly as it stands there */
export function readInteger(text: string, options: CellOptions): CellResult {
  const digits = digitsOf(plainForms(text), options.decimal);
  if (!digits || /[^0]/.test(digits.fraction) || digits.exponent !== "0")
    return wrong(
      "import.cell-integer",
      `A whole number such as 1,234 or -42 is expected.${hint(plainForms(text), options)}`,
    );
  const value = written(digits);
  if (!Number.isSafeInteger(value))
    return wrong("import.cell-integer", `A whole number of at most ${Number.MAX_SAFE_INTEGER} is expected.`);
  return { value: value || 0 };
}

/** @returns the nearest number that JSON and JavaScript hold: fifteen digits are kept exactly */
export function readNumber(text: string, options: CellOptions): CellResult {
  const digits = digitsOf(plainForms(text), options.decimal);
  const value = digits ? written(digits) : NaN;
  if (Number.isFinite(value)) return { value: value || 0 };
  return wrong(
    "import.cell-number",
    `A number such as 1,234.5 or -0.25 is expected.${hint(plainForms(text), options)}`,
  );
}

/** The largest amount, in smallest units. */
const LARGEST = 10n ** 15n;

/** @returns money with exactly the digits of its currency; it is never a binary fraction */
export function readMoney(text: string, options: CellOptions): CellResult {
  const [currency, amount] = currencyOf(plainForms(text), options.currency);
  if (currency === null)
    return wrong("import.cell-currency", "A currency by its code is expected, such as EUR 12.30 or CNY 88.00.");
  const digits = digitsOf(amount, options.decimal);
  const places = currencyDigits(currency);
  if (!digits || digits.exponent !== "0" || digits.fraction.length > places)
    return wrong("import.cell-money", `${expected(currency, places)}${hint(amount, options)}`);
  const fraction = digits.fraction.padEnd(places, "0");
  const whole = digits.whole.replace(/^0+(?=\d)/, "") || "0";
  const units = BigInt(whole + fraction);
  if (units > LARGEST) return wrong("import.cell-money", "Money of at most 10^15 smallest units is expected.");
  const sign = digits.isNegative && units > 0n ? "-" : "";
  return { value: { amount: `${sign}${whole}${places > 0 ? `.${fraction}` : ""}`, currency } };
}

const expected = (currency: string, places: number) =>
  `Money with ${places === 0 ? "no decimals" : `at most ${places} decimals`} is expected, such as ${currency} 1234${places ? `.${"50".padEnd(places, "0")}` : ""}.`;

/** @returns the currency, null where it cannot be told, and the text without it */
function currencyOf(text: string, usual: string | undefined): [currency: string | null, amount: string] {
  const [, minus = "", before = "", amount = "", after = ""] =
    /^([-+(]?) ?([^\d\s.,+()-]*) ?([-+(]?[\d.,'’ ]*\d[.,]?\)?) ?([^\d\s]*)$/.exec(text) ?? [];
  const mark = before || after;
  if (before !== "" && after !== "" && before !== after) return [null, text];
  if (mark === "") return [usual ?? null, text];
  const code = mark.toUpperCase();
  if (isCurrency(code)) return [code, minus + amount];
  const meant = CURRENCY_SIGNS[code] ?? [];
  const currency = meant.length === 1 ? meant[0]! : meant.find((one) => one === usual);
  return [currency ?? null, minus + amount];
}
