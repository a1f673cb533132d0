import { readCell, type TableFieldKind } from "@kehu/importing";
import { Files, read } from "./support/files.ts";
import { relationship, SHEETS, textCell, textRow, xlsx, type Parts } from "@kehu/testing";

const files = new Files();
afterAll(() => files.remove());
const open = (parts: Parts, options = {}) => read(files.of(xlsx(parts)), options);

const FORMATS = ["yyyy-mm-dd", "dd.mm.yyyy hh:mm", "h:mm", "[$CNY] #,##0.00", "0.00"];

describe("an XLSX file", () => {
  it("is read cell by cell as a person sees it", async () => {
    const { rows, table } = await open({
      formats: FORMATS,
      texts:
        "<si><t>007</t></si><si><r><t>Mü</t></r><r><t>ller</t></r><rPh><t>no</t></rPh></si><si><t>a_x000D_&#10;b</t></si>",
      rows:
        `<row r="1">${["A1", "B1", "C1", "D1", "E1", "F1"].map((name) => `<c r="${name}" t="str"><v>${name}</v></c>`).join("")}</row>` +
        '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c><c r="C3" t="s"><v>2</v></c>' +
        '<c r="D3"><v>0.30000000000000004</v></c><c r="E3"><v>12345678901234567890</v></c><c r="F3" t="b"><v>1</v></c></row>' +
        '<row r="4"><c r="B4" s="1"><v>46053</v></c><c r="C4" s="2"><v>46053.375</v></c><c r="D4" s="3"><v>0.375</v></c>' +
        '<c r="E4" s="4"><v>-12.3</v></c><c r="F4" s="5"><v>7</v></c></row>' +
        '<row r="9"><c r="F9"><f>SUM(A1:A2)</f><v>3</v></c><c r="A9" t="d"><v>2026-01-31T09:00:00</v></c></row>',
    });
    expect(table).toMatchObject({ format: "xlsx", sheet: "One", sheets: ["One"], header: true });
    expect(rows).toEqual([
      { line: 3, cells: ["007", "Müller", "a\r\nb", "0.3", "12345678901234567890", "true"] },
      { line: 4, cells: ["", "2026-01-31", "2026-01-31T09:00:00", "09:00:00", "CNY -12.3", "7"] },
      { line: 9, cells: ["2026-01-31T09:00:00", "", "", "", "", "3"] },
    ]);
    expect(table.warnings()).toMatchObject([{ code: "import.formulas", line: 9, count: 1 }]);
  });

  it("keeps the zeros that a code begins with, and the sign of a currency however the format has it", async () => {
    const cells = '<c s="1"><v>12</v></c><c s="1"><v>-12</v></c><c s="2"><v>1234.5</v></c>';
    const { rows } = await open({
      formats: ["00000", "$#,##0.00"],
      rows: `${textRow("a", "b", "c")}<row>${cells}</row>`,
    });
    expect(rows[0]?.cells).toEqual(["00012", "-12", "$ 1234.5"]);
  });

  it("may share texts without a character, the first one among them", async () => {
    const cells = [0, 1, 2].map((text) => `<c t="s"><v>${text}</v></c>`).join("");
    const { rows } = await open({
      texts: "<si/><si><t>a</t></si><si><t></t></si>",
      rows: `${textRow("a", "b", "c")}<row>${cells}</row>`,
    });
    expect(rows).toEqual([{ line: 2, cells: ["", "a", ""] }]);
  });

  it("has the cells of a row that cannot be used, as they are shown", async () => {
    const cells = '<c t="str"><v>a</v></c><c t="e"><v>#N/A</v></c><c t="str"><v>c</v></c>';
    const { rows } = await open({ rows: `${textRow("a", "b", "c")}<row>${cells}</row>` });
    expect(rows).toMatchObject([{ cells: ["a", "#N/A", "c"], error: { code: "import.cell-error" } }]);
  });

  it("counts its days from 1904 where it says so", async () => {
    const day = { formats: FORMATS, rows: `${textRow("day")}<row><c s="1"><v>44591</v></c></row>` };
    const { rows } = await open({ ...day, workbook: `<workbookPr date1904="1"/>${SHEETS}` });
    expect(rows[0]?.cells).toEqual(["2026-01-31"]);
  });

  it("may write its elements with a prefix", async () => {
    const sheet = `<x:worksheet xmlns:x="y"><x:sheetData><x:row><x:c t="str"><x:v>a</x:v></x:c></x:row><x:row><x:c><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>`;
    expect((await open({ sheet })).rows).toEqual([{ line: 2, cells: ["1"] }]);
  });

  it("gives its first visible sheet, or the one that is named", async () => {
    const parts: Parts = {
      workbook:
        '<sheets><sheet name="Hidden" state="hidden" r:id="rId1"/><sheet name="Chart" r:id="rId3"/><sheet name="数据" r:id="rId2"/></sheets>',
      relationships:
        relationship("rId1", "worksheet", "worksheets/sheet1.xml") +
        relationship("rId2", "worksheet", "worksheets/sheet2.xml") +
        relationship("rId3", "chartsheet", "chartsheets/sheet1.xml"),
      rows: textRow("hidden"),
      more: {
        "xl/worksheets/sheet2.xml": Buffer.from(`<worksheet><sheetData>${textRow("shown")}</sheetData></worksheet>`),
      },
    };
    expect((await open(parts)).table).toMatchObject({ sheet: "数据", columns: ["shown"], sheets: ["Hidden", "数据"] });
    expect((await open(parts, { sheet: "Hidden" })).table.columns).toEqual(["hidden"]);
    await expect(open(parts, { sheet: "Chart" })).rejects.toMatchObject({ code: "import.file-sheet" });
  });

  it("passes over rows and trailing columns that are empty but have a style", async () => {
    const rows = `<row r="1">${textCell("a")}<c s="1"/></row><row r="2"><c s="1"/></row><row r="3"><c><v>1</v></c><c s="1"/></row>`;
    const { table, rows: read } = await open({ rows });
    expect(table.columns).toEqual(["a"]);
    expect(read).toEqual([{ line: 3, cells: ["1"] }]);
  });

  const NUMBERS: Parts = {
    formats: ["#,##0.00\\ [$€-407]", "[$KWD] 0.000", "yyyy-mm-dd hh:mm:ss.000"],
    rows:
      `${textRow("a", "b", "c", "d", "e", "f")}<row><c><v>1.234</v></c><c><v>1234567</v></c><c s="1"><v>1234.5</v></c>` +
      `<c s="2"><v>-0.125</v></c>${textCell("1.234,5")}<c s="3"><v>46053.4238541667</v></c></row>`,
  };

  it.each([".", ",", undefined] as const)(
    "has numbers that are read as they are where decimals follow a %p",
    async (decimal) => {
      const { rows } = await open(NUMBERS, { decimal });
      const kinds: TableFieldKind[] = ["number", "integer", "money", "money"];
      const options = { timeZone: "UTC", ...(decimal && { decimal }) };
      expect(kinds.map((kind, at) => readCell({ kind }, rows[0]!.cells![at]!, options))).toEqual([
        { value: 1.234 },
        { value: 1_234_567 },
        { value: { amount: "1234.50", currency: "EUR" } },
        { value: { amount: "-0.125", currency: "KWD" } },
      ]);
    },
  );

  it("gives a text field the number that the person's spreadsheet shows, whose decimals he says follow a comma, because one text of a cell must do for all fields and for errors.csv", async () => {
    const { rows } = await open(NUMBERS, { decimal: "," });
    expect(rows[0]!.cells).toEqual(["1,234", "1234567", "€ 1234,5", "KWD -0,125", "1.234,5", "2026-01-31T10:10:21"]);
  });

  it("has columns of the same names wherever decimals stand, so that a mapping keeps to them", async () => {
    const rows = `<row><c><v>1.5</v></c>${textCell("b")}</row>${textRow("1", "2")}`;
    expect((await open({ rows }, { decimal: ",", header: true })).table.columns).toEqual(["1.5", "b"]);
  });
});
