import {
  openTable,
  readCell,
  writeCsv,
  writeXlsx,
  type CellOptions,
  type TableField,
  type TableFieldKind,
  type WrittenColumn,
} from "@kehu/importing";
import fc from "fast-check";
import { Files, read } from "./support/files.ts";

const files = new Files();
afterAll(() => files.remove());

const OPTIONS: CellOptions = { timeZone: "Asia/Shanghai" };
const CHOICES = ["new", "in-work", "已完成"];

/** Texts with what tables are broken by. */
const awkward = fc.stringMatching(
  /^(?:=|\+|-|@|\t|\r|\n|'|"|,|;|；|\||\[|_x000D_|<&>|00|1e5| |公|𠮷|é|\x01|\uFFFE|a)+$/,
);
const text = fc
  .oneof(
    awkward,
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("=cmd|'/C calc'!A0", "007", "9223372036854775807", "'=1"),
  )
  .filter((value) => value.trim() !== "" && !value.includes("\0"));
const element = text.map((value) => value.trim()).filter((value) => value !== "");
const cents = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
const money = fc
  .tuple(cents, fc.constantFrom(["EUR", 2], ["JPY", 0], ["KWD", 3]))
  .map(([units, [currency, places]]) => {
    const digits = (units < 0n ? -units : units).toString().padStart(places + 1, "0");
    const amount = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
    return { amount: `${units < 0n ? "-" : ""}${amount}`, currency };
  });
const instant = fc
  .date({ min: new Date("0001-01-02T00:00:00Z"), max: new Date("9999-12-30T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString());

const VALUES: Readonly<Record<TableFieldKind, fc.Arbitrary<unknown>>> = {
  text,
  longText: text,
  choice: fc.constantFrom(...CHOICES),
  multipleChoice: fc.subarray(CHOICES, { minLength: 1 }),
  integer: fc.maxSafeInteger().map((value) => value || 0),
  number: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value || 0),
  money,
  date: instant.map((moment) => moment.slice(0, 10)),
  instant,
  time: fc.tuple(fc.nat(23), fc.nat(59), fc.nat(59)).map(([hour, minute, second]) => {
    const parts = second === 0 ? [hour, minute] : [hour, minute, second];
    return parts.map((part) => String(part).padStart(2, "0")).join(":");
  }),
  boolean: fc.boolean(),
  list: fc.array(element, { minLength: 1, maxLength: 4 }),
  reference: fc.uuid(),
  id: fc.uuid(),
  link: fc.webUrl(),
  json: fc.array(fc.record({ system: fc.string().filter((value) => !value.includes("\0")), id: fc.nat() }), {
    minLength: 1,
  }),
};

const KINDS = Object.keys(VALUES) as TableFieldKind[];
const COLUMNS: WrittenColumn[] = KINDS.map((kind) => ({ name: `=${kind} 列`, kind }));
const field = (kind: TableFieldKind): TableField => ({
  name: kind,
  kind,
  label: { en: kind, zh: kind },
  choices: CHOICES,
});

const rowOf = fc
  .tuple(fc.uuid(), ...KINDS.filter((kind) => kind !== "id").map((kind) => fc.option(VALUES[kind])))
  .map(([id, ...rest]) => KINDS.map((kind) => (kind === "id" ? id : rest.shift())));

describe.each([
  ["CSV", (rows: readonly unknown[][]) => writeCsv(COLUMNS, rows)],
  [
    "CSV with semicolons, without a mark",
    (rows: readonly unknown[][]) => writeCsv(COLUMNS, rows, { mark: false, delimiter: ";" }),
  ],
  ["XLSX", (rows: readonly unknown[][]) => writeXlsx(COLUMNS, rows)],
])("a table written as %s", (_, write) => {
  it("is read as what it was, whatever its records hold", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rowOf, { maxLength: 8 }), async (records) => {
        const { table, rows } = await read(await files.from(write(records)), { header: true });
        expect(table.columns).toEqual(COLUMNS.map(({ name }) => name));
        const values = rows.map(
          ({ cells, error }) => error ?? cells.map((cell, at) => readCell(field(KINDS[at]!), cell, OPTIONS)),
        );
        expect(values).toEqual(records.map((record) => record.map((value) => ({ value }))));
      }),
      { numRuns: 150 },
    );
  });
});

describe("a table", () => {
  const one = (kind: TableFieldKind, value: unknown) =>
    [[{ name: "column", kind }] as WrittenColumn[], [[value]]] as const;
  const csv = async (kind: TableFieldKind, value: unknown) => {
    const pieces = await writeCsv(...one(kind, value)).toArray();
    return Buffer.concat(pieces as Buffer[]).toString();
  };

  it.each<[TableFieldKind, unknown, string]>([
    ["text", "=1+1", "'=1+1"],
    ["text", "＝1+1", "'＝1+1"],
    ["text", "'=1+1", "''=1+1"],
    ["text", "'tis", "'tis"],
    ["text", "-5", "'-5"],
    ["text", "+49 30 1", "'+49 30 1"],
    ["integer", -5, "-5"],
    ["number", -0.25, "-0.25"],
    ["integer", "=1+1", "'=1+1"],
    ["money", { amount: "-12.30", currency: "EUR" }, "EUR -12.30"],
    ["list", ["=1", "b"], "'=1; b"],
    ["json", [{ id: "1" }], '"[{""id"":""1""}]"'],
  ])("A32 holds as CSV no formula: %s %p", async (kind, value, cell) => {
    expect(await csv(kind, value)).toBe(`\uFEFFcolumn\r\n${cell}\r\n`);
  });

  it.each([
    ["half a surrogate pair", "a\uD800b"],
    ["a zero character", "a\0b"],
  ])("holds U+FFFD instead of %s, and is read", async (_, value) => {
    for (const write of [writeCsv, writeXlsx]) {
      const { rows } = await read(await files.from(write(...one("text", value))));
      expect(rows).toEqual([{ line: 2, cells: ["a\uFFFDb"] }]);
    }
  });

  it("holds as XLSX numbers and days that a spreadsheet program can count with", async () => {
    const columns: WrittenColumn[] = [
      { name: "amount", kind: "money" },
      { name: "large", kind: "money" },
      { name: "day", kind: "date" },
      { name: "old day", kind: "date" },
    ];
    const row = [
      { amount: "12.30", currency: "EUR" },
      { amount: "9999999999999.99", currency: "EUR" },
      "2026-01-31",
      "1848-03-18",
    ];
    const path = await files.from(writeXlsx(columns, [row]));
    const { unzipSync } = await import("fflate");
    const { readFileSync } = await import("node:fs");
    const parts = unzipSync(readFileSync(path));
    const sheet = Buffer.from(parts["xl/worksheets/sheet1.xml"]!).toString();
    expect(sheet).toContain('<c r="A2" s="3"><v>12.30</v></c><c r="B2" s="3"><v>9999999999999.99</v></c>');
    expect(sheet).toContain('<c r="C2" s="1"><v>46053</v></c><c r="D2" t="inlineStr">');
    expect(Buffer.from(parts["xl/styles.xml"]!).toString()).toContain('formatCode="[$EUR] #,##0.00"');
  });

  it("fails with what its rows fail with", async () => {
    function* rows() {
      yield [1];
      throw new Error("The database is away.");
    }
    for (const write of [writeCsv, writeXlsx])
      await expect(files.from(write([{ name: "column", kind: "integer" }], rows()))).rejects.toThrow(
        "The database is away.",
      );
  });

  it("of more rows than a sheet holds is no XLSX file", async () => {
    const rows = {
      *[Symbol.iterator]() {
        for (let n = 0; n < 1_048_576; n++) yield [n];
      },
    };
    const stream = writeXlsx([{ name: "n", kind: "integer" }], rows);
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toMatchObject({ code: "export.too-large" });
  });

  it("can be read twice, and tells how far it got", async () => {
    const rows = Array.from({ length: 5000 }, (_, n) => [n]);
    for (const write of [writeCsv, writeXlsx]) {
      const table = await openTable(await files.from(write([{ name: "n", kind: "integer" }], rows)));
      for (const _ of [1, 2]) {
        let count = 0;
        for await (const { line, cells } of table.rows()) expect([line, cells]).toEqual([count + 2, [String(count++)]]);
        expect(count).toBe(5000);
        expect(table.progress()).toBe(1);
      }
      for await (const _ of table.rows()) break;
    }
  });
});
