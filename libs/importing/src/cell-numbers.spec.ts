import { calendar, plain, plainNumber, serialOf } from "./cell-numbers.ts";
import { numberFormat, type NumberFormat } from "./number-formats.ts";

describe("a number of a sheet", () => {
  it.each([
    ["0.30000000000000004", "0.3"],
    ["1.1000000000000001", "1.1"],
    ["-4.4408920985006262E-16", "-0.000000000000000444089209850063"],
    ["12.30", "12.3"],
    ["123456789012345678", "123456789012345678"],
    ["1.2345678901234567E+19", "12345678901234600000"],
    ["1E+3", "1000"],
    ["1e9999", null],
    ["x", null],
    ["", null],
    ["Infinity", null],
  ])("%s is read as %s", (raw, text) => {
    expect(plainNumber(raw)).toBe(text);
  });

  it("is never written with an exponent", () => {
    for (const value of [1e21, 1.5e300, 5e-324, 1e-7, -2.5e-9, 123.456, 0]) {
      expect(plain(value)).not.toMatch(/e/i);
      expect(Number(plain(value))).toBe(value);
    }
  });

  it.each<[id: number, code: string | undefined, format: NumberFormat]>([
    [0, undefined, "number"],
    [4, undefined, "number"],
    [14, undefined, "date"],
    [22, undefined, "moment"],
    [46, undefined, "time"],
    [31, undefined, "date"],
    [164, "General", "number"],
    [164, "#,##0.00", "number"],
    [164, "yyyy-mm-dd", "date"],
    [164, '[$-804]yyyy"年"m"月"d"日";@', "date"],
    [164, "mmm yy", "date"],
    [164, "dd.mm.yyyy\\ hh:mm", "moment"],
    [164, "[h]:mm:ss", "time"],
    [164, "mm:ss.0", "time"],
    [164, "[$EUR] #,##0.00", { currency: "EUR" }],
    [164, "#,##0.00 [$CNY-804]", { currency: "CNY" }],
    [164, "#,##0.00 [$€-407]", { currency: "€" }],
    [164, "[$€-x-euro2] #,##0.00", { currency: "€" }],
    [164, "#,##0.00 [$€-x-euro1]", { currency: "€" }],
    [164, "[$£-en-GB]#,##0.00", { currency: "£" }],
    [164, "[$$-en-US]#,##0.00", { currency: "$" }],
    [164, "#,##0.00\\ [$€-de-DE]", { currency: "€" }],
    [164, "[$CHF-de-CH] #,##0.00", { currency: "CHF" }],
    [164, "[$€-407] #,##0.00;[$€-407] -#,##0.00", { currency: "€" }],
    [164, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', { currency: "€" }],
    [164, '_-* #,##0.00\\ _€_-;\\-* #,##0.00\\ _€_-;_-* "-"??\\ _€_-;_-@_-', "number"],
    [164, "#,##0\\ _€;\\-#,##0\\ _€", "number"],
    [164, "#,##0.00_$", "number"],
    [164, "#,##0.00\\_$", { currency: "$" }],
    [164, '_ ¥* #,##0.00_ ;_ ¥* \\-#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', { currency: "¥" }],
    [164, "*$#,##0.00", "number"],
    [164, '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-', "number"],
    [164, '"¥"#,##0', { currency: "¥" }],
    [164, "$#,##0.00", { currency: "$" }],
    [164, "\\€#,##0.00", { currency: "€" }],
    [164, '_($* #,##0.00_);_($* \\(#,##0.00\\);_($* "-"??_);_(@_)', { currency: "$" }],
    [164, '#,##0.00 "EUR"', { currency: "EUR" }],
    [164, '"HK$ "0.00', { currency: "HK$" }],
    [164, '0.00"元"', { currency: "元" }],
    [164, '0" all"', "number"],
    [164, "[$-409]0.00", "number"],
    [164, "[$-804]0.00", "number"],
    [164, "[$-en-US]0.00", "number"],
    [164, "[$-en-US]mmmm\\ d\\,\\ yyyy;@", "date"],
    [164, "00000", { digits: 5 }],
    [164, "0", "number"],
    [164, '"days" 0', "number"],
    [164, "[Red]0.00", "number"],
    [164, "0\\d", "number"],
  ])("in the format %d %s stands for a %p", (id, code, format) => {
    expect(numberFormat(id, code)).toEqual(format);
  });

  it("stands for a number where its format is longer than spreadsheet programs allow", () => {
    const format = "[$EUR] #,##0.00";
    expect(numberFormat(164, format.padEnd(255, " "))).toEqual({ currency: "EUR" });
    expect(numberFormat(164, format.padEnd(256, " "))).toBe("number");
  });

  it("has its format read in time that grows with its length", () => {
    const began = performance.now();
    for (const part of ["[$", "[", "[$a-", '"']) expect(numberFormat(164, part.repeat(50_000))).toBe("number");
    expect(performance.now() - began).toBeLessThan(500);
  });

  it.each<[days: number, format: NumberFormat, is1904: boolean, text: string | null]>([
    [46053, "date", false, "2026-01-31"],
    [46053.375, "date", false, "2026-01-31"],
    [46053.375, "moment", false, "2026-01-31T09:00:00"],
    [46053.4238541667, "moment", false, "2026-01-31T10:10:21"],
    [46053.375, "moment-utc", false, "2026-01-31T09:00:00.000Z"],
    [44591, "date", true, "2026-01-31"],
    [0, "date", true, "1904-01-01"],
    [1, "date", false, "1900-01-01"],
    [59, "date", false, "1900-02-28"],
    [60, "date", false, null],
    [61, "date", false, "1900-03-01"],
    [0, "date", false, null],
    [-1, "date", false, null],
    [2958465, "date", false, "9999-12-31"],
    [2958466, "date", false, null],
    [NaN, "date", false, null],
    [0.375, "time", false, "09:00:00"],
    [1.5, "time", false, "36:00:00"],
  ])("%d as %s (1904: %p) is %p", (days, format, is1904, text) => {
    expect(calendar(days, format, is1904)).toBe(text);
  });

  it("stands for every millisecond from March 1900 to the end of the year 9999", () => {
    for (const iso of ["1900-03-01T00:00:00.000Z", "2026-01-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"])
      expect(calendar(serialOf(new Date(iso))!, "moment-utc", false)).toBe(iso);
    expect(serialOf(new Date("1900-02-28T23:59:59.999Z"))).toBeNull();
  });
});
