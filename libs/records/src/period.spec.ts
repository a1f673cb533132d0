import { periodOf } from "./period.ts";

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
  ])("of today in %s at %s begins and ends when the clock there says so", (zone, now, from, to) => {
    expect(spanOf("today", zone, now)).toEqual([from, to]);
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
