import type { CellOptions } from "./cell-result.ts";
import type { TableChoice, TableFieldKind } from "./field.ts";
import { readCell } from "./read-cell.ts";

const CHOICES: TableChoice[] = [
  "draft",
  { value: "new", label: { en: "Brand new", zh: "新建" } },
  { value: "done", label: { en: "Done", zh: "已完成" } },
];

const read = (kind: TableFieldKind, text: string, options: Partial<CellOptions> = {}) => {
  const { value, error } = readCell({ kind, choices: CHOICES }, text, { timeZone: "Europe/Berlin", ...options });
  return error ? error.code : value;
};

const COMMA = { decimal: "," } as const;
const EUR = { currency: "EUR" };
const CNY = { currency: "CNY" };
const ID = "0190a5b2-7c00-7000-8000-00000000000a";

describe("a cell", () => {
  it.each<[kind: TableFieldKind, text: string, value: unknown, options?: Partial<CellOptions>]>([
    ["text", " Müller & 张三 ", " Müller & 张三 "],
    ["text", "007", "007"],
    ["longText", "one\ntwo", "one\ntwo"],
    ["choice", "new", "new"],
    ["choice", "BRAND NEW", "new"],
    ["choice", " 新建 ", "new"],
    ["choice", "Draft", "draft"],
    ["choice", "newer", "import.cell-choice"],
    ["multipleChoice", "done; 新建；Done", ["done", "new"]],
    ["multipleChoice", "done; other", "import.cell-choice"],
    ["integer", "1,234", 1234],
    ["integer", " 42 ", 42],
    ["integer", "-7", -7],
    ["integer", "１２３", 123],
    ["integer", "1 234 567", 1_234_567],
    ["integer", "1.234.567", 1_234_567, COMMA],
    ["integer", "3.0", 3],
    ["integer", "-0", 0],
    ["integer", "1.5", "import.cell-integer"],
    ["integer", "1,23", "import.cell-integer"],
    ["integer", "1,2345", "import.cell-integer"],
    ["integer", "12,34,567", "import.cell-integer"],
    ["integer", "1e3", "import.cell-integer"],
    ["integer", "9007199254740991", 9007199254740991],
    ["integer", "9007199254740993", "import.cell-integer"],
    ["integer", "0x10", "import.cell-integer"],
    ["integer", `${"0".repeat(399)}7`, 7],
    ["integer", `${"0".repeat(400)}7`, "import.cell-integer"],
    ["number", "1,234.5", 1234.5],
    ["number", "1.234,5", 1234.5, COMMA],
    ["number", "1 234,5", 1234.5, COMMA],
    ["number", "−.5", -0.5],
    ["number", "1.5E+21", 1.5e21],
    ["number", "1,5", "import.cell-number"],
    ["number", "1e9999", "import.cell-number"],
    ["number", "NaN", "import.cell-number"],
    ["number", ".", "import.cell-number"],
    ["money", "12.3", { amount: "12.30", currency: "EUR" }, EUR],
    ["money", "1,234.50 €", { amount: "1234.50", currency: "EUR" }],
    ["money", "1.234,50 EUR", { amount: "1234.50", currency: "EUR" }, COMMA],
    ["money", "CHF 1'234.50", { amount: "1234.50", currency: "CHF" }],
    ["money", "-£0.05", { amount: "-0.05", currency: "GBP" }],
    ["money", "EUR -12.30", { amount: "-12.30", currency: "EUR" }],
    ["money", "(12.30)", { amount: "-12.30", currency: "EUR" }, EUR],
    ["money", "-0.00", { amount: "0.00", currency: "EUR" }, EUR],
    ["money", "￥88", { amount: "88.00", currency: "CNY" }, CNY],
    ["money", "88元", { amount: "88.00", currency: "CNY" }, CNY],
    ["money", "人民币 88", { amount: "88.00", currency: "CNY" }],
    ["money", "¥88", { amount: "88", currency: "JPY" }, { currency: "JPY" }],
    ["money", "¥88", "import.cell-currency", EUR],
    ["money", "$5", { amount: "5.00", currency: "USD" }, { currency: "USD" }],
    ["money", "$5", "import.cell-currency", EUR],
    ["money", "US$5", { amount: "5.00", currency: "USD" }, EUR],
    ["money", "kwd 1.234", { amount: "1.234", currency: "KWD" }],
    ["money", "9007199254740.93", { amount: "9007199254740.93", currency: "EUR" }, EUR],
    ["money", "0.1 ", { amount: "0.10", currency: "EUR" }, EUR],
    ["money", "12.345", "import.cell-money", EUR],
    ["money", "1.500", "import.cell-money", EUR],
    ["money", "JPY 1.5", "import.cell-money"],
    ["money", "12,50", "import.cell-money", EUR],
    ["money", "5 XQQ", "import.cell-currency", EUR],
    ["money", "EUR 5 USD", "import.cell-currency"],
    ["money", "5", "import.cell-currency"],
    ["money", "99999999999999999", "import.cell-money", EUR],
    ["money", "1e3", "import.cell-money", EUR],
    ["date", "2026-01-31", "2026-01-31"],
    ["date", "2026/1/31", "2026-01-31"],
    ["date", "2026年1月31日", "2026-01-31"],
    ["date", "31.01.2026", "2026-01-31"],
    ["date", "1.2.2026", "2026-02-01"],
    ["date", "31/01/2026", "2026-01-31"],
    ["date", "01/31/2026", "2026-01-31"],
    ["date", "02/02/2026", "2026-02-02"],
    ["date", "01/02/2026", "import.cell-day-order"],
    ["date", "01/02/2026", "2026-02-01", { dayOrder: "dayFirst" }],
    ["date", "01/02/2026", "2026-01-02", { dayOrder: "monthFirst" }],
    ["date", "2026-01-31T00:00:00", "2026-01-31"],
    ["date", "2026-01-31T09:00:00", "import.cell-date"],
    ["date", "2026-02-30", "import.cell-date"],
    ["date", "31.02.2026", "import.cell-date"],
    ["date", "0000-01-01", "import.cell-date"],
    ["date", "10000-01-01", "import.cell-date"],
    ["date", "31.01.26", "import.cell-date"],
    ["date", "2026-01/31", "import.cell-date"],
    ["instant", "2026-01-31T09:00:00Z", "2026-01-31T09:00:00.000Z"],
    ["instant", "2026-01-31T09:00:00.123+08:00", "2026-01-31T01:00:00.123Z"],
    ["instant", "2026-01-31 09:00", "2026-01-31T08:00:00.000Z"],
    ["instant", "2026-07-31 09:00", "2026-07-31T07:00:00.000Z"],
    ["instant", "2026年1月31日 9:00", "2026-01-31T01:00:00.000Z", { timeZone: "Asia/Shanghai" }],
    ["instant", "31.01.2026 09:00:30", "2026-01-31T08:00:30.000Z"],
    ["instant", "2026-01-31", "2026-01-30T23:00:00.000Z"],
    ["instant", "2026-03-29 02:30", "import.cell-instant"],
    ["instant", "2026-10-25 02:30", "2026-10-25T00:30:00.000Z"],
    ["instant", "2026-11-01 01:30", "2026-11-01T05:30:00.000Z", { timeZone: "America/New_York" }],
    ["instant", "2026-04-05 02:30", "2026-04-04T15:30:00.000Z", { timeZone: "Australia/Sydney" }],
    ["instant", "2026-01-31 24:00", "import.cell-instant"],
    ["instant", "2026-01-31Z", "import.cell-instant"],
    ["instant", "0001-01-01T00:00:00+08:00", "import.cell-instant"],
    ["instant", "2026-01-31T09:00:00+99:00", "import.cell-instant"],
    ["instant", "01/02/2026 09:00", "import.cell-day-order"],
    ["time", "9:05", "09:05"],
    ["time", "09：05", "09:05"],
    ["time", "17:05:30", "17:05:30"],
    ["time", "17:05:00", "17:05"],
    ["time", "24:00", "import.cell-time"],
    ["time", "9", "import.cell-time"],
    ["boolean", "TRUE", true],
    ["boolean", "是", true],
    ["boolean", "Y", true],
    ["boolean", "1", true],
    ["boolean", "no", false],
    ["boolean", "否", false],
    ["boolean", "0", false],
    ["boolean", "maybe", "import.cell-boolean"],
    ["list", "a; b；c\nd;;", ["a", "b", "c", "d"]],
    ["list", '["a;b", " c"]', ["a;b", " c"]],
    ["list", "[a", ["[a"]],
    ["reference", ID.toUpperCase(), ID],
    ["reference", " Acme ", "Acme"],
    ["id", ID, ID],
    ["id", "17", "import.cell-id"],
    ["link", "https://example.com/a?b=c", "https://example.com/a?b=c"],
    ["link", "javascript:alert(1)", "import.cell-link"],
    ["link", "example.com", "import.cell-link"],
    ["link", "https://example.com/a b", "import.cell-link"],
    ["json", '[{"system":"erp","id":"17"}]', [{ system: "erp", id: "17" }]],
    ["json", '{"__proto__":{}}', "import.cell-json"],
    ["json", "{", "import.cell-json"],
  ])("of %s, %p, is %p", (...[kind, text, value, options]) => {
    expect(read(kind, text, options)).toEqual(value);
  });

  const KINDS: TableFieldKind[] = ["text", "choice", "multipleChoice", "integer", "number", "money", "date", "instant"];
  it.each([...KINDS, "time", "boolean", "list", "reference", "id", "link", "json"] as TableFieldKind[])(
    "of %s that is blank is no value",
    (kind) => {
      for (const text of ["", " ", "\t\n", "\u3000"]) expect(read(kind, text)).toBeNull();
    },
  );

  it("that is none says what is expected, how decimals can be named, and not what stood there", () => {
    const { error } = readCell({ kind: "number" }, "7,25", { timeZone: "UTC" });
    expect(error?.message).toBe(
      "A number such as 1,234.5 or -0.25 is expected. If its decimals follow a comma, say so.",
    );
    expect(readCell({ kind: "number" }, "secret", { timeZone: "UTC" }).error?.message).not.toContain("secret");
  });

  it("of a choice that is none names the choices, the first ones where they are many", () => {
    expect(readCell({ kind: "choice", choices: CHOICES }, "x", { timeZone: "UTC" }).error?.message).toBe(
      "One of the field's choices is expected: draft, new, done.",
    );
    const many = Array.from({ length: 20 }, (_, n) => `c${n}`);
    expect(readCell({ kind: "choice", choices: many }, "x", { timeZone: "UTC" }).error?.message).toMatch(
      /c7 and 12 more\.$/,
    );
  });

  it("is read in time that grows with its length, however it is made", () => {
    const kinds: TableFieldKind[] = ["integer", "number", "money", "date", "instant", "time", "list", "link", "json"];
    const long = ["1,", "1 ", "1.", "'", " ", "-", "(", "€", "[", "2026-1-1 "].map((part) => part.repeat(30_000));
    for (const kind of kinds) for (const text of long) expect(read(kind, `x${text}x`)).toBeDefined();
    for (const kind of kinds) for (const text of long) expect(read(kind, `${text}x`)).toBeDefined();
  });
});
