import fc from "fast-check";
import { DateTime } from "luxon";
import { periodOf } from "./period.ts";

/** Zones whose clocks are, or were, turned around midnight, or by other than an hour. */
const TURNING = [
  ...["America/Havana", "America/Nuuk", "America/Sao_Paulo", "America/Scoresbysund", "Antarctica/Casey"],
  ...["Antarctica/Troll", "Asia/Amman", "Asia/Beirut", "Asia/Gaza", "Asia/Pyongyang", "Atlantic/Azores"],
  ...["Australia/Lord_Howe"],
];

const spanOf = (text: string, zone: string, now: string) => {
  const period = periodOf(text, zone, new Date(now));
  return period && [period.from.toUTC().toISO(), period.to.toUTC().toISO()];
};
const daysOf = (text: string, now: string) => {
  const period = periodOf(text, "UTC", new Date(`${now}T12:00:00Z`));
  return period && [period.from.toISODate(), period.to.toISODate()];
};

describe("a period", () => {
  it.each<[zone: string, now: string, from: string, to: string]>([
    ["Asia/Shanghai", "2026-11-26T16:30:00Z", "2026-11-26T16:00:00.000Z", "2026-11-27T16:00:00.000Z"],
    ["Asia/Shanghai", "2026-11-26T15:59:59Z", "2026-11-25T16:00:00.000Z", "2026-11-26T16:00:00.000Z"],
    ["Asia/Kathmandu", "2026-11-26T18:15:00Z", "2026-11-26T18:15:00.000Z", "2026-11-27T18:15:00.000Z"],
    ["Pacific/Kiritimati", "2026-11-26T10:00:00Z", "2026-11-26T10:00:00.000Z", "2026-11-27T10:00:00.000Z"],
    // Clocks go forward: a day of 23 hours. Back: one of 25, and on Lord Howe Island of 24 and a half.
    ["America/New_York", "2026-03-08T20:00:00Z", "2026-03-08T05:00:00.000Z", "2026-03-09T04:00:00.000Z"],
    ["Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"],
    ["Australia/Lord_Howe", "2026-04-05T03:00:00Z", "2026-04-04T13:00:00.000Z", "2026-04-05T13:30:00.000Z"],
    // They leap over midnight: the day begins at one o'clock.
    ["America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00.000Z", "2018-11-05T02:00:00.000Z"],
    // They go back to midnight, or over it: it comes twice, and the day begins with the first one.
    ["Atlantic/Azores", "2025-10-26T12:00:00Z", "2025-10-26T00:00:00.000Z", "2025-10-27T01:00:00.000Z"],
    ["Atlantic/Azores", "2025-10-25T12:00:00Z", "2025-10-25T00:00:00.000Z", "2025-10-26T00:00:00.000Z"],
    ["America/Havana", "2025-11-02T12:00:00Z", "2025-11-02T04:00:00.000Z", "2025-11-03T05:00:00.000Z"],
    // By half an hour, by three.
    ["Asia/Colombo", "2006-04-15T06:00:00Z", "2006-04-14T18:00:00.000Z", "2006-04-15T18:30:00.000Z"],
    ["Antarctica/Casey", "2023-03-09T06:00:00Z", "2023-03-08T13:00:00.000Z", "2023-03-09T16:00:00.000Z"],
  ])("of today in %s at %s begins and ends when the clock there says so", (zone, now, from, to) => {
    expect(spanOf("today", zone, now)).toEqual([from, to]);
  });

  it("ends where the next one begins, in every zone, so that each instant belongs to one day", () => {
    const zone = fc.oneof(fc.constantFrom(...TURNING), fc.constantFrom(...Intl.supportedValuesOf("timeZone")));
    const dayAt = (instant: number, zone: string) => DateTime.fromMillis(instant, { zone }).toISODate();
    fc.assert(
      fc.property(zone, fc.integer({ min: 2012, max: 2030 }), (zone, year) => {
        let end: number | null = null;
        for (let day = DateTime.utc(year); day.year === year; day = day.plus({ days: 1 })) {
          const name = day.toISODate()!;
          const { from, to } = periodOf(name, zone, new Date(0))!;
          expect([name, dayAt(+from, zone), dayAt(+to - 1, zone), +from]).toEqual([name, name, name, end ?? +from]);
          end = +to;
        }
      }),
      { numRuns: 20 },
    );
  });

  it.each<[text: string, now: string, from: string, to: string]>([
    ["2024-02-29", "2026-11-26", "2024-02-29", "2024-03-01"],
    ["yesterday", "2026-03-01", "2026-02-28", "2026-03-01"],
    ["tomorrow", "2026-12-31", "2027-01-01", "2027-01-02"],
    ["-7d", "2026-11-26", "2026-11-19", "2026-11-20"],
    ["+2w", "2026-11-26", "2026-12-10", "2026-12-11"],
    ["2w", "2026-11-26", "2026-12-10", "2026-12-11"],
    [" 2w", "2026-11-26", "2026-12-10", "2026-12-11"],
    ["-3m", "2026-05-31", "2026-02-28", "2026-03-01"],
    ["-1y", "2024-02-29", "2023-02-28", "2023-03-01"],
    ["-0d", "2026-11-26", "2026-11-26", "2026-11-27"],
    ["thisWeek", "2026-11-26", "2026-11-23", "2026-11-30"],
    ["lastWeek", "2026-01-01", "2025-12-22", "2025-12-29"],
    ["thisWeek", "2026-11-29", "2026-11-23", "2026-11-30"],
    ["nextMonth", "2026-12-31", "2027-01-01", "2027-02-01"],
    ["lastMonth", "2024-03-31", "2024-02-01", "2024-03-01"],
    ["thisQuarter", "2026-11-26", "2026-10-01", "2027-01-01"],
    ["lastQuarter", "2026-03-31", "2025-10-01", "2026-01-01"],
    ["nextYear", "2026-11-26", "2027-01-01", "2028-01-01"],
  ])("of %s on %s", (text, now, from, to) => {
    expect(daysOf(text, now)).toEqual([from, to]);
  });

  it.each([
    "",
    "Today",
    "this month",
    "thismonth",
    "thisDay",
    "-7",
    "d",
    "--7d",
    "-7h",
    "-1000d",
    "1.5d",
    "2026-02-30",
    "now",
    "constructor",
  ])("is not made of %j", (text) => {
    expect(periodOf(text, "UTC", new Date())).toBeNull();
  });
});
