import fc from "fast-check";
import { readAmount, readDay, readEmail, readInstant, readInteger, readPhone } from "./converters.ts";

describe("readInstant", () => {
  it.each([
    ["15 Apr, 2021 00:03:00", "2021-04-15T00:03:00.000Z"],
    ["5 apr, 2021 7:03", "2021-04-05T07:03:00.000Z"],
    ["2021-04-15 00:03:07", "2021-04-15T00:03:07.000Z"],
    ["2021-04-25", "2021-04-25T00:00:00.000Z"],
    ["03-07-2021 12:59", "2021-07-03T12:59:00.000Z"],
    ["03-07-2021", "2021-07-03T00:00:00.000Z"],
    ["29-02-2020", "2020-02-29T00:00:00.000Z"],
  ])("reads %s, the day first where only numbers stand", (text, instant) => {
    expect(readInstant(text)).toBe(instant);
  });

  it.each([
    "31-02-2020",
    "29 Feb, 2021 00:00:00",
    "2021-13-01",
    "2021-00-10",
    "15 Foo, 2021",
    "2021-04-15 24:00:00",
    "2021-04-15 10:60",
    "04/15/2021",
    "soon",
    "",
    "0000-01-01",
    "2021-4-5",
    "2021-04-15 10:00:00 PM",
  ])("does not guess what %j may mean", (text) => {
    expect(readInstant(text)).toBeUndefined();
  });

  it("reads every date in the calendar back, in each form", () => {
    const minute = fc.date({ min: new Date("1900-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(minute, (date) => {
        date.setUTCSeconds(0, 0);
        const iso = date.toISOString();
        const [year, month, day] = iso.slice(0, 10).split("-");
        const word = date.toLocaleString("en-US", { month: "short", timeZone: "UTC" });
        const time = iso.slice(11, 19);
        const forms = [
          `${day} ${word}, ${year} ${time}`,
          `${year}-${month}-${day} ${time}`,
          `${day}-${month}-${year} ${time.slice(0, 5)}`,
        ];
        expect(forms.map(readInstant)).toEqual([iso, iso, iso]);
        expect(readDay(`${year}-${month}-${day}`)).toBe(iso.slice(0, 10));
      }),
    );
  });
});

describe("readAmount", () => {
  it.each([
    ["$22,247.63", "22247.63"],
    ["9,326.84", "9326.84"],
    ["$342.09K", "342090.00"],
    ["$1,117.10K", "1117100.00"],
    ["7,982", "7982.00"],
    ["$0", "0.00"],
    ["0.5", "0.50"],
    ["22700.00", "22700.00"],
    ["1.23456k", "1234.56"],
    ["12.300", "12.30"],
    ["-$5.00", "-5.00"],
    ["$-5", "-5.00"],
    ["007", "7.00"],
  ])("reads %s as %s", (text, amount) => {
    expect(readAmount(text, 2)).toBe(amount);
  });

  it.each([
    "",
    "$",
    "K",
    "n/a",
    "12,34",
    "1,2345",
    "1.2.3",
    "$1.2M",
    "1.234",
    "1.234567K",
    "--5",
    "-$-5",
    "1e3",
    "5 USD",
    "1 000",
  ])("does not guess what %j may mean", (text) => {
    expect(readAmount(text, 2)).toBeUndefined();
  });

  it("has the digits of the currency", () => {
    expect(readAmount("1,200", 0)).toBe("1200");
    expect(readAmount("1,200.5", 0)).toBeUndefined();
    expect(readAmount("1.5K", 3)).toBe("1500.000");
  });

  it("reads each whole number of cents back, with and without its ornaments", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (cents) => {
        const plain = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
        const [whole = "", fraction = ""] = plain.split(".");
        const grouped = `$${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${fraction}`;
        expect([readAmount(plain, 2), readAmount(grouped, 2)]).toEqual([plain, plain]);
      }),
    );
  });
});

describe("readPhone", () => {
  it.each([
    ["805-247-8982", "US", "+18052478982"],
    ["+86 138 0013 8000", "US", "+8613800138000"],
    ["138 0013 8000", "CN", "+8613800138000"],
    ["(805) 247-8982", "US", "+18052478982"],
  ])("reads %s in %s as %s", (text, country, phone) => {
    expect(readPhone(text, country)).toBe(phone);
  });

  it.each(["call reception", "123", "", "805-247-8982 8982"])("does not take %j for a number", (text) => {
    expect(readPhone(text, "US")).toBeUndefined();
  });
});

describe("readEmail", () => {
  it("compares without capitals", () => {
    expect(readEmail("BeckiTTucker@dayrep.com")).toBe("beckittucker@dayrep.com");
  });

  it.each(["becki at example.com", "a@b", "@example.com", "a b@example.com"])(
    "does not take %j for an address",
    (text) => {
      expect(readEmail(text)).toBeUndefined();
    },
  );
});

describe("readInteger", () => {
  it.each([
    ["420", 420],
    ["0", 0],
    ["7 min", undefined],
    ["-1", undefined],
    ["1.5", undefined],
  ])("reads %s as %j", (text, value) => {
    expect(readInteger(text)).toBe(value);
  });
});
