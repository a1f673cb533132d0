import { DateTime, type DurationLikeObject, type DateTimeUnit } from "luxon";
import { isDay } from "./dto.ts";

/** From the start of a day to the start of another one, in one time zone. */
export interface Period {
  from: DateTime;
  /** Not part of it any more. */
  to: DateTime;
}

const UNITS: Readonly<Record<string, keyof DurationLikeObject>> = { d: "days", w: "weeks", m: "months", y: "years" };
const DAYS = { yesterday: -1, today: 0, tomorrow: 1 } as const;
const STEPS = { last: -1, this: 0, next: 1 } as const;

/** `-7d`, `+3m`; so many that every year has four digits. In a query string a plus that is not encoded is a blank. */
const DISTANT = /^([+ -]?)(\d{1,3})([dwmy])$/;
const NAMED = /^(last|this|next)(Week|Month|Quarter|Year)$/;

/**
 * Reads a day, or one that depends on when it is read: `today`, `-7d` (the day seven days ago; `+7d` and `7d` are in seven
 * days), `thisMonth` (all of its days). Weeks begin on Monday (ISO 8601); three months before May 31 is the last day of
 * February.
 *
 * @param zone IANA name of the time zone in which days begin
 * @returns null where the text is none
 */
export function periodOf(text: string, zone: string, now: Date): Period | null {
  if (isDay(text)) return daysFrom(DateTime.fromISO(text, { zone }), { days: 1 });
  const today = DateTime.fromJSDate(now, { zone }).startOf("day");
  if (Object.hasOwn(DAYS, text)) return daysFrom(today.plus({ days: DAYS[text as keyof typeof DAYS] }), { days: 1 });
  const [, sign, distance, unit] = DISTANT.exec(text) ?? [];
  if (unit !== undefined)
    return daysFrom(today.plus({ [UNITS[unit]!]: (sign === "-" ? -1 : 1) * Number(distance) }), { days: 1 });
  const [, step, size] = NAMED.exec(text) ?? [];
  if (size === undefined) return null;
  const span = size.toLowerCase() as DateTimeUnit;
  const first = today.startOf(span).plus({ [span]: STEPS[step as keyof typeof STEPS] });
  return daysFrom(first, { [span]: 1 });
}

const daysFrom = (from: DateTime, length: DurationLikeObject): Period => ({
  from: beginning(from),
  to: beginning(from.plus(length)),
});

/**
 * Days begin when the clock of the zone says so: where it leaps over midnight, with the first instant after it; where
 * midnight comes twice, with the first one, which is that of the clock of the evening before.
 */
function beginning(day: DateTime): DateTime {
  const midnight = day.startOf("day");
  const first = midnight.plus({ minutes: midnight.offset - midnight.minus({ hours: 12 }).offset });
  return first < midnight && first.toISODate() === midnight.toISODate() ? first : midnight;
}
