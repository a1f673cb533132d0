import { isEmail } from "class-validator";
import { parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const TIME = String.raw`(?:[ T]+(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}))?)?`;

/** The forms in which other systems write a date, with or without a time; where only numbers stand, the day is first. */
const DATE_FORMS = [
  new RegExp(String.raw`^(?<day>\d{1,2}) (?<word>[A-Za-z]{3}),? (?<year>\d{4})${TIME}$`),
  new RegExp(String.raw`^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})${TIME}$`),
  new RegExp(String.raw`^(?<day>\d{2})-(?<month>\d{2})-(?<year>\d{4})${TIME}$`),
];

/** @returns the instant (UTC, ISO 8601) that a text means, or undefined where it is none */
export function readInstant(text: string): string | undefined {
  const parts = partsOf(text);
  if (!parts) return undefined;
  const month = parts.word === undefined ? Number(parts.month) - 1 : MONTHS.indexOf(parts.word.toLowerCase());
  const [year, day] = [Number(parts.year), Number(parts.day)];
  const [hour, minute, second] = [Number(parts.hour ?? 0), Number(parts.minute ?? 0), Number(parts.second ?? 0)];
  if (year === 0 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  date.setUTCHours(hour, minute, second);
  const isInCalendar = date.getUTCMonth() === month && date.getUTCDate() === day;
  return isInCalendar ? date.toISOString() : undefined;
}

function partsOf(text: string): Record<string, string | undefined> | undefined {
  for (const form of DATE_FORMS) {
    const match = form.exec(text);
    if (match) return match.groups;
  }
  return undefined;
}

/** @returns the day (YYYY-MM-DD) of the instant that a text means */
export function readDay(text: string): string | undefined {
  return readInstant(text)?.slice(0, 10);
}

const AMOUNT =
  /^(?<minus>-?)\$?(?<sign>-?)(?<whole>\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.(?<fraction>\d+))?(?<thousands>[Kk]?)$/;

/**
 * Reads an amount with any of `$`, thousands commas and `K` for thousands.
 *
 * @returns its decimal digits, exact; undefined where it is no amount, or has digits beyond the currency's
 */
export function readAmount(text: string, places: number): string | undefined {
  const parts = AMOUNT.exec(text)?.groups;
  if (!parts || (parts.minus && parts.sign)) return undefined;
  const shift = parts.thousands ? 3 : 0;
  const fraction = (parts.fraction ?? "").replace(/0+$/, "").padEnd(shift, "0");
  const cents = fraction.slice(shift);
  if (cents.length > places) return undefined;
  const whole = BigInt(`${(parts.whole ?? "").replaceAll(",", "")}${fraction.slice(0, shift)}`).toString();
  const isNegative = Boolean(parts.minus || parts.sign);
  return `${isNegative ? "-" : ""}${whole}${places > 0 ? `.${cents.padEnd(places, "0")}` : ""}`;
}

/**
 * @param country ISO 3166-1 alpha-2; a number without a country code is read as this country's
 * @returns the number in E.164, or undefined where it is none
 */
export function readPhone(text: string, country: string): string | undefined {
  const phone = parsePhoneNumberFromString(text, country as CountryCode);
  return phone?.isValid() ? phone.number : undefined;
}

/** @returns the e-mail in lower case, or undefined where it is none */
export function readEmail(text: string): string | undefined {
  return isEmail(text) ? text.toLowerCase() : undefined;
}

/** @returns the whole number that a text means, or undefined where it is none */
export function readInteger(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
