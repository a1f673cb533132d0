import type { Money } from "@kehu/contracts";

const digits = new Map<string, number>();

/**
 * @param currency ISO 4217 code
 * @returns how many digits the currency has after the point (ISO 4217, as ICU knows it)
 * @throws RangeError for a code that is not three letters
 */
export function currencyDigits(currency: string): number {
  let count = digits.get(currency);
  if (count === undefined) {
    count = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
    digits.set(currency, count);
  }
  return count;
}

/** True for a code of a currency in use. */
export function isCurrency(code: unknown): code is string {
  return typeof code === "string" && CURRENCIES.has(code);
}
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

/** The largest amount: what fits a bigint column with room for sums over a million rows. */
const LARGEST = 10n ** 15n;

/**
 * Reads a decimal string as whole smallest units.
 *
 * @param amount digits with an optional sign and point, with at most the currency's digits after it
 * @returns the units, or null where the string is no such amount or is beyond 10^15 units
 */
export function toMinor(amount: string, currency: string): bigint | null {
  const match = /^(-?)(\d{1,18})(?:\.(\d+))?$/.exec(amount);
  const places = currencyDigits(currency);
  const fraction = match?.[3] ?? "";
  if (!match || fraction.length > places) return null;
  const minor = BigInt(`${match[2]}${fraction.padEnd(places, "0")}`);
  return minor > LARGEST ? null : match[1] ? -minor : minor;
}

/** @returns the money as the API shows it: exactly the currency's digits; null for no amount */
export function toMoney(minor: bigint | string | null, currency: string | null): Money | null {
  if (minor === null || currency === null) return null;
  return { amount: formatMinor(BigInt(minor), currencyDigits(currency)), currency };
}

/** @returns `units / 10^places` in decimal digits */
export function formatMinor(units: bigint, places: number): string {
  const text = (units < 0n ? -units : units).toString().padStart(places + 1, "0");
  const whole = text.slice(0, text.length - places);
  return `${units < 0n ? "-" : ""}${whole}${places ? `.${text.slice(-places)}` : ""}`;
}
