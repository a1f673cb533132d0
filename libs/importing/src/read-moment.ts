import { DateTime } from "luxon";
import { wrong, type CellOptions, type CellResult } from "./cell-result.ts";

interface Day {
  year: number;
  month: number;
  day: number;
}

const YEAR_FIRST =
  /^(?<year>\d{4})(?:(?<divider>[-/.])(?<month>\d{1,2})\k<divider>(?<day>\d{1,2})| ?年 ?(?<m>\d{1,2}) ?月 ?(?<d>\d{1,2}) ?日)/;
const YEAR_LAST = /^(?<one>\d{1,2})(?<divider>[-/.])(?<two>\d{1,2})\k<divider>(?<year>\d{4})/;
const TIME = /^(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.(?<fraction>\d{1,9}))?)?$/;
/** Postgres knows zones up to 15:59 from UTC. */
const ZONE = /(?:Z|[+-](?:0\d|1[0-5]):?[0-5]\d)$/i;
const BEHIND_DAY = /^(?:$|[T ,]+(?=\d)|(?=\d))/i;

/** Cuts the day off the beginning of a text. @returns null where none stands there, `order` where it could be two */
function dayOf(text: string, { dayOrder }: CellOptions): { day: Day; rest: string } | "order" | null {
  const first = YEAR_FIRST.exec(text);
  if (first?.groups) {
    const { year, month, day, m, d } = first.groups;
    return inCalendar(Number(year), Number(month ?? m), Number(day ?? d), text.slice(first[0].length));
  }
  const last = YEAR_LAST.exec(text);
  if (!last?.groups) return null;
  const [one, two, year] = [last.groups["one"], last.groups["two"], last.groups["year"]].map(Number) as [
    number,
    number,
    number,
  ];
  const isUnclear = last.groups["divider"] !== "." && one <= 12 && two <= 12 && one !== two;
  if (isUnclear && !dayOrder) return "order";
  const isMonthFirst = isUnclear ? dayOrder === "monthFirst" : two > 12;
  const [day, month] = isMonthFirst ? [two, one] : [one, two];
  return inCalendar(year, month, day, text.slice(last[0].length));
}

function inCalendar(year: number, month: number, day: number, rest: string): { day: Day; rest: string } | null {
  const isDay = year >= 1 && DateTime.fromObject({ year, month, day }, { zone: "utc" }).isValid;
  return isDay && BEHIND_DAY.test(rest) ? { day: { year, month, day }, rest: rest.replace(BEHIND_DAY, "") } : null;
}

const ORDER = wrong(
  "import.cell-day-order",
  "This could be two days. Say whether the day or the month comes first, or write it like 2026-01-31.",
);

/** @returns the day in ISO 8601; a time of zero behind it, as sheets write it, is no matter */
export function readDay(text: string, options: CellOptions): CellResult {
  const found = dayOf(text.normalize("NFKC"), options);
  if (found === "order") return ORDER;
  if (!found || !/^(?:0{1,2}:00(?::00(?:\.0+)?)?)?$/.test(found.rest))
    return wrong("import.cell-date", "A day such as 2026-01-31, 31.01.2026 or 2026年1月31日 is expected.");
  const { year, month, day } = found.day;
  return { value: [String(year).padStart(4, "0"), two(month), two(day)].join("-") };
}

/** @returns the instant in UTC, ISO 8601; a day alone begins at midnight */
export function readInstant(text: string, options: CellOptions): CellResult {
  const found = dayOf(text.normalize("NFKC"), options);
  if (found === "order") return ORDER;
  if (!found) return wrong("import.cell-instant", INSTANT);
  const zone = ZONE.exec(found.rest)?.[0].toUpperCase();
  const clock = clockOf(found.rest.slice(0, found.rest.length - (zone?.length ?? 0)).trimEnd(), zone !== undefined);
  if (!clock) return wrong("import.cell-instant", INSTANT);
  const parts = { ...found.day, ...clock };
  const there = zone === undefined ? options.timeZone : zone === "Z" ? "utc" : `UTC${zone.replace(/:?(..)$/, ":$1")}`;
  const moment = DateTime.fromObject(parts, { zone: there });
  if (!moment.isValid) return wrong("import.cell-instant", INSTANT);
  // Where the clock leaps, luxon goes on to a time that exists; what was written did not.
  if (moment.hour !== clock.hour || moment.minute !== clock.minute)
    return wrong("import.cell-instant", `There was no such time in ${options.timeZone}: the clock was put forward.`);
  // Where the clock is put back a time comes twice. Of the two, luxon takes what depends on the present season.
  const utc = moment.getPossibleOffsets()[0]!.toUTC();
  if (utc.year < 1 || utc.year > 9999) return wrong("import.cell-instant", INSTANT);
  return { value: utc.toISO() };
}

const INSTANT = "A time such as 2026-01-31T09:00:00Z, 2026-01-31 17:00 or 31.01.2026 17:00:00 is expected.";

function clockOf(text: string, needed: boolean) {
  if (text === "" && !needed) return { hour: 0, minute: 0, second: 0, millisecond: 0 };
  const { hour, minute, second = "0", fraction = "" } = TIME.exec(text)?.groups ?? {};
  const clock = { hour: Number(hour), minute: Number(minute), second: Number(second) };
  if (!(clock.hour < 24 && clock.minute < 60 && clock.second < 60)) return null;
  return { ...clock, millisecond: Number(fraction.padEnd(3, "0").slice(0, 3)) };
}

/** @returns the time of day, `HH:mm`, with seconds where they are given and are not zero */
export function readTime(text: string): CellResult {
  const plain = text.normalize("NFKC");
  const clock = clockOf(plain, true);
  if (!clock) return wrong("import.cell-time", "A time of day such as 09:30 or 17:05:30 is expected.");
  const hasSeconds = clock.second > 0;
  return { value: [clock.hour, clock.minute, ...(hasSeconds ? [clock.second] : [])].map(two).join(":") };
}

const two = (part: number) => String(part).padStart(2, "0");
