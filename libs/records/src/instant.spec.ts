import { toInstant } from "./instant.ts";

describe("toInstant", () => {
  it.each([
    ["2026-11-22 21:40:42+00", "2026-11-22T21:40:42.000Z"],
    ["2026-11-22 21:40:42.1+00", "2026-11-22T21:40:42.100Z"],
    ["2026-11-22 21:40:42.123+00", "2026-11-22T21:40:42.123Z"],
    ["2026-11-22 21:40:42.123999+00", "2026-11-22T21:40:42.123Z"],
    ["0001-01-01 00:00:00+00", "0001-01-01T00:00:00.000Z"],
    [null, null],
  ])("brings %s into the form %s", (text, instant) => expect(toInstant(text)).toBe(instant));

  it.each(["2026-11-22 21:40:42+08", "10000-01-01 00:00:00+00", "infinity", "0044-03-15 00:00:00+00 BC"])(
    "refuses %s",
    (text) => expect(() => toInstant(text)).toThrow(RangeError),
  );
});
