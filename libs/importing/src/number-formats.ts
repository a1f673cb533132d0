import { CURRENCY_SIGNS, isCurrency } from "./currencies.ts";

/** What a number in a cell stands for, by how it is shown; `digits` are those that a code, such as `00123`, has at least. */
export type NumberFormat =
  "number" | "date" | "time" | "moment" | "moment-utc" | { currency: string } | { digits: number };

/** Built-in formats of days and times (ECMA-376, part 1, 18.8.30), those of East Asian languages among them. */
const BUILT_IN: Readonly<Record<number, NumberFormat>> = {
  ...Object.fromEntries([14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map((id) => [id, "date"])),
  ...Object.fromEntries([18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56].map((id) => [id, "time"])),
  22: "moment",
};

/** A currency by its code or sign: `[$EUR] #,##0.00`, `[$€-407]`, `[$€-de-DE]`. What is only a language has none: `[$-804]`. */
const CURRENCY = /\[\$([^[\]-]+)(?:-[^[\]]*)?\]/;

/** Signs of one letter stand there without quotes, too: `$#,##0.00`, `\€0`. */
const BARE = /[$€£¥￥₩₹₽₺₫฿₪₴₱]/;
/** What shows no bare sign: texts, brackets, a gap as wide as a sign (`_€`), and one that fills the cell (`*€`). */
const NOT_BARE = /"[^"]*"|\[[^[\]]*\]|\\[_*]|[_*]./g;

/** @returns the code or sign of the currency that a format shows */
function currencyOf(code: string): string | undefined {
  const [, named] = CURRENCY.exec(code) ?? [];
  if (named !== undefined) return named;
  const quoted = [...code.matchAll(/"([^"]*)"/g)].map(([, text]) => text!.trim());
  const isSign = (text: string) => Object.hasOwn(CURRENCY_SIGNS, text.normalize("NFKC").toUpperCase());
  const isCurrencyText = (text: string) => isCurrency(text) || isSign(text);
  return quoted.find(isCurrencyText) ?? BARE.exec(code.replace(NOT_BARE, ""))?.[0];
}

/** What stands in a format without being shown from the number: texts, escapes, colours, conditions, fillers. */
const LITERALS = /"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^[\]]*\]/gi;

/** Spreadsheet programs take no longer ones. */
const LONGEST_FORMAT = 255;

/**
 * @param id of a format; built in where `code` is not given
 * @param code the format as people write it: `yyyy-mm-dd`
 */
export function numberFormat(id: number, code: string | undefined): NumberFormat {
  if (code === undefined) return BUILT_IN[id] ?? "number";
  if (code.length > LONGEST_FORMAT) return "number";
  const currency = currencyOf(code);
  if (currency !== undefined) return { currency };
  if (/^00+$/.test(code)) return { digits: code.length };
  const shown = code.split(";")[0]!.replace(LITERALS, "").toLowerCase();
  const hasTime = /[hs]/.test(shown);
  const hasDay = /[yd]/.test(shown) || (!hasTime && /m/.test(shown));
  if (hasDay && hasTime) return code.endsWith('"Z"') ? "moment-utc" : "moment";
  if (hasTime || /\[m+\]/.test(shown)) return "time";
  return hasDay ? "date" : "number";
}
