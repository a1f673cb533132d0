import { MOST_COLUMNS } from "@kehu/importing";
import { bytes, type BrokenFile } from "./broken-file.ts";
import { relationship, SHEETS, textCell, textRow, underHeader, xlsx } from "./workbooks.ts";

/** A workbook with which nothing is wrong. */
export const GOOD_XLSX = underHeader('<c r="A2"><v>1</v></c><c r="B2"><v>2</v></c>');
const worksheet = (rows: string) => `<worksheet><sheetData>${rows}</sheetData></worksheet>`;
const laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>';

/** The archive with other bytes in its central directory (APPNOTE.TXT 4.3.12), from `offset` of the entry's record on. */
function directory(archive: Uint8Array, name: string, offset: number, value: number[]): Buffer {
  const changed = Buffer.from(archive);
  const at = changed.lastIndexOf(name) - 46;
  if (changed.readUInt32LE(at) !== 0x02014b50) throw new Error(`The archive has no entry ${name}.`);
  Buffer.from(value).copy(changed, at + offset);
  return changed;
}
const SHEET = "xl/worksheets/sheet1.xml";

/** A sheet with a header, so many blanks, and a row. */
const bomb = (megabytes: number) =>
  xlsx({ sheet: Buffer.from(worksheet(textRow("a") + " ".repeat(megabytes * 1_000_000) + textRow("1"))) });

/** Workbooks of all kinds, and what is none. */
export const BROKEN_XLSX: BrokenFile[] = [
  ["a good one", () => GOOD_XLSX, ["ok"]],
  ["cut off", () => GOOD_XLSX.subarray(0, GOOD_XLSX.length - 100), "import.file-damaged"],
  [
    "cut off in the middle, its end put behind",
    () => Buffer.concat([GOOD_XLSX.subarray(0, 300), GOOD_XLSX.subarray(500)]),
    "import.file-damaged",
  ],
  ["only the first bytes of an archive", () => bytes("PK\x03\x04"), "import.file-damaged"],
  ["an archive without entries", () => bytes("PK\x05\x06", Array<number>(18).fill(0)), "import.file-binary"],
  [
    "an archive of other files",
    () => xlsx({ more: { "_rels/.rels": [Buffer.from("<Relationships/>"), {}] } }),
    "import.file-binary",
  ],
  ["a Word document", () => xlsx({ more: { "xl/workbook.xml": Buffer.from("<document/>") } }), "import.file-binary"],
  [
    "a byte changed",
    () => {
      const file = Buffer.from(xlsx({ rows: textRow("aaaa"), more: { x: [Buffer.from("y"), { level: 0 }] } }));
      file[file.indexOf(SHEET) + SHEET.length + 5]! ^= 1;
      return file;
    },
    "import.file-damaged",
  ],
  ["no sheet", () => xlsx({ workbook: "<sheets/>" }), "import.file-sheet"],
  [
    "a sheet that is not in the file",
    () => xlsx({ workbook: SHEETS, relationships: relationship("rId1", "worksheet", "none.xml") }),
    "import.file-damaged",
  ],
  [
    "a sheet outside of the file",
    () => xlsx({ relationships: relationship("rId1", "worksheet", "../../../../etc/passwd") }),
    "import.file-damaged",
  ],
  [
    "an entry with a path upwards",
    () => xlsx({ rows: textRow("a"), more: { "../../evil.xml": Buffer.from("x") } }),
    "import.file-damaged",
  ],
  [
    "an entry with an absolute path",
    () => xlsx({ rows: textRow("a"), more: { "/etc/passwd": Buffer.from("x") } }),
    "import.file-damaged",
  ],
  [
    "XML that is not well-formed",
    () => xlsx({ sheet: "<worksheet><sheetData><row></sheetData></worksheet>" }),
    "import.file-xml",
  ],
  ["XML that ends too early", () => xlsx({ sheet: "<worksheet><sheetData>" + textRow("a") }), "import.file-xml"],
  ["XML that is not UTF-8", () => xlsx({ sheet: bytes("<worksheet>\xff\xfe</worksheet>") }), "import.file-xml"],
  [
    "entities without end (billion laughs)",
    () => xlsx({ sheet: `${laughs}${worksheet(textRow("&b;"))}` }),
    "import.file-xml",
  ],
  ["an entity that nobody declared", () => xlsx({ sheet: worksheet(textRow("&b;")) }), "import.file-xml"],
  [
    "a document type in the texts",
    () =>
      xlsx({
        rows: textRow("a"),
        relationships:
          relationship("rId1", "worksheet", "worksheets/sheet1.xml") +
          relationship("rId2", "sharedStrings", "sharedStrings.xml"),
        more: { "xl/sharedStrings.xml": Buffer.from(`${laughs}<sst/>`) },
      }),
    "import.file-xml",
  ],
  ["elements without end", () => xlsx({ sheet: "<a>".repeat(100_000) + "</a>".repeat(100_000) }), "import.file-xml"],
  [
    "attributes without end",
    () => xlsx({ sheet: `<a ${Array.from({ length: 100 }, (_, n) => `a${n}=""`).join(" ")}/>` }),
    "import.file-xml",
  ],
  ["a zip bomb", () => bomb(20), "import.file-unpacked"],
  ["a zip bomb that lies about its size", () => directory(bomb(20), SHEET, 24, [100, 0, 0, 0]), "import.file-damaged"],
  [
    "ZIP64 sizes that are not there",
    () => directory(GOOD_XLSX, SHEET, 24, [255, 255, 255, 255]),
    "import.file-unpacked",
  ],
  ["a packed size beyond the file", () => directory(GOOD_XLSX, SHEET, 20, [255, 255, 255, 0]), "import.file-damaged"],
  ["an entry with a password", () => directory(GOOD_XLSX, SHEET, 8, [1, 0]), "import.file-encrypted"],
  [
    "entries by the thousand",
    () => xlsx({ more: Object.fromEntries(Array.from({ length: 2001 }, (_, n) => [`x${n}`, Buffer.alloc(0)])) }),
    "import.file-unpacked",
  ],
  ["a formula with its value", () => underHeader("<c><f>1+1</f><v>2</v></c>"), ["ok"]],
  ["a formula without a value", () => underHeader("<c><f>1+1</f></c>"), ["import.cell-formula"]],
  ["#N/A", () => underHeader('<c t="e"><v>#N/A</v></c>'), ["import.cell-error"]],
  ["a shared text that is not there", () => underHeader('<c t="s"><v>7</v></c>'), ["import.cell-text"]],
  [
    "a shared text of no number",
    () =>
      xlsx({
        texts: "<si><t>a</t></si>",
        rows: `${textRow("a")}<row><c t="s"><v>-1</v></c></row><row><c t="s"><v>0</v></c></row>`,
      }),
    ["import.cell-text", "ok"],
  ],
  ["1e9999", () => underHeader("<c><v>1e9999</v></c>"), ["import.cell-number"]],
  [
    "days of the year 10000 and before 1900",
    () =>
      xlsx({
        formats: ["yyyy-mm-dd"],
        rows: `${textRow("day")}${["2958466", "-1", "60", "46053"].map((day) => `<row><c s="1"><v>${day}</v></c></row>`).join("")}`,
      }),
    ["import.cell-number", "import.cell-number", "import.cell-number", "ok"],
  ],
  [
    "a cell of 10 MB",
    () => xlsx({ rows: textRow("a") + textRow("x".repeat(10_000_000)) + textRow("1") }),
    "import.file-unpacked",
  ],
  [
    "a cell of 5 MB",
    () => xlsx({ rows: textRow("a") + textRow("x".repeat(5_000_000)) + textRow("1") }),
    ["import.cell-length", "ok"],
  ],
  ["a cell beyond the columns", () => underHeader('<c r="XFD2"><v>1</v></c>'), ["import.row-columns"]],
  [
    "more cells than the header",
    () => underHeader("<c><v>1</v></c><c><v>1</v></c><c><v>1</v></c>"),
    ["import.row-cells"],
  ],
  [
    "too many columns",
    () => xlsx({ rows: textRow(...Array.from({ length: MOST_COLUMNS + 1 }, (_, n) => `c${n}`)) }),
    "import.file-columns",
  ],
  ["a zero character and half a surrogate pair", () => underHeader(textCell("_x0000_")), ["import.cell-character"]],
  ["half a surrogate pair", () => underHeader(textCell("_xD800_")), ["import.cell-character"]],
  ["a header twice", () => xlsx({ rows: textRow("a", "a") }), "import.file-header-double"],
  [
    "sheets of the same name",
    () =>
      xlsx({
        rows: textRow("a"),
        workbook: '<sheets><sheet name="One" r:id="rId1"/><sheet name="One" r:id="rId1"/></sheets>',
      }),
    [],
  ],
];
