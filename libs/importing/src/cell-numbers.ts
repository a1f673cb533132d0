import type { NumberFormat } from "./number-formats.ts";

const DAY = 86_400_000;
/** The numbers of days end with the year 9999. */
const END = Date.UTC(10_000, 0, 1);

/**
 * A number of a sheet as a text: whole digits as they stand, else the fifteen digits that a spreadsheet program shows,
 * which hides what binary fractions add (0.1 + 0.2), never with an exponent.
 *
 * @returns null where it is no number that can be held
 */
export function plainNumber(raw: string): string | null {
  if (/^-?\d{1,300}$/.test(raw)) return raw;
  const value = raw.trim() === "" ? NaN : Number(raw);
  if (!Number.isFinite(value)) return null;
  return plain(Number(value.toPrecision(15)));
}

/** @returns the digits of a number, never with an exponent */
export function plain(value: number): string {
  const text = String(value);
  const [, sign, first, rest = "", exponent] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? [];
  if (first === undefined) return text;
  const digits = first + rest;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, "0")}`;
}

/**
 * @param days since the end of 1899 (1904 system: since the first day of 1904), with the time as their fraction
 * @returns the day, the time of day or both in ISO 8601; null for a number that is none
 */
export function calendar(days: number, format: NumberFormat, is1904: boolean): string | null {
  if (!(days >= 0)) return null;
  if (format === "time") return clock(days);
  const serial = is1904 ? days + 1462 : days;
  // 1900 was no leap year, but has a day 60 here, its February 29; what comes before it is one day off.
  if (serial < 1 || (serial >= 60 && serial < 61)) return null;
  const milliseconds = Math.round((serial - 25_569 + (serial < 60 ? 1 : 0)) * DAY);
  if (milliseconds >= END) return null;
  const iso = new Date(milliseconds).toISOString();
  if (format === "date") return iso.slice(0, 10);
  return format === "moment-utc" ? iso : iso.replace(/(\.000)?Z$/, "");
}

/** A time of day, or a duration: hours go beyond 24. */
function clock(days: number): string {
  const seconds = Math.round(days * 86_400);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** @returns the number of days that stands for a moment, as `calendar` reads it; null for one that sheets cannot hold */
export function serialOf(date: Date): number | null {
  const serial = date.getTime() / DAY + 25_569;
  return serial >= 61 && date.getTime() < END ? serial : null;
}
