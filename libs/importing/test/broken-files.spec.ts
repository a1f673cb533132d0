import { MOST_CELL_CHARACTERS, MOST_COLUMNS, openTable } from "@kehu/importing";
import { eventually } from "@kehu/testing";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { Files, read } from "./support/files.ts";
import { relationship, SHEETS, textCell, textRow, underHeader, xlsx } from "./support/workbooks.ts";

const files = new Files();
afterAll(() => files.remove());

/** The code with which the file is refused, or what becomes of each row. */
type Outcome = string | string[];
type Content = string | Uint8Array;

async function outcomeOf(content: Content): Promise<Outcome> {
  try {
    const { rows } = await read(files.of(content));
    return rows.map(({ error }) => error?.code ?? "ok");
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))));
const utf16 = (text: string) => Buffer.from(text, "utf16le");
/** 姓名,城市 / 张三,北京 in GB18030. */
const GB = "\xd0\xd5\xc3\xfb,\xb3\xc7\xca\xd0\n\xd5\xc5\xc8\xfd,\xb1\xb1\xbe\xa9\n";

const CSV: [what: string, content: () => Content, outcome: Outcome][] = [
  ["empty file", () => "", "import.file-empty"],
  ["only a byte order mark", () => "\uFEFF", "import.file-empty"],
  ["only blank lines", () => "\n\r\n\n", "import.file-empty"],
  ["only a header", () => "a,b\n", []],
  ["a million blank lines", () => `a,b\n${"\n".repeat(1_000_000)}c,d\n`, ["ok"]],
  ["a million lines of delimiters", () => `a,b\n${",\n".repeat(1_000_000)}c,d\n`, ["ok"]],
  ["GB18030", () => bytes(GB), ["ok"]],
  ["GB18030 with a byte missing", () => bytes(GB, "\xd5\xc5\xc8,\xb1\xb1\xbe\n"), "import.file-encoding"],
  ["neither UTF-8 nor GB18030", () => bytes("name,city\nM\xfc,\xff\n"), "import.file-encoding"],
  ["UTF-16 with a mark", () => utf16("\uFEFFa,b\n张三,北京\n"), ["ok"]],
  ["UTF-16, the other end first", () => utf16("\uFEFFa,b\n张三,北京\n").swap16(), ["ok"]],
  ["UTF-16 without a mark", () => utf16("name,city\nx,y\n"), "import.file-encoding"],
  ["UTF-16 without a mark, the other end first", () => utf16("name,city\nx,y\n").swap16(), "import.file-encoding"],
  ["UTF-16 with half a surrogate pair", () => utf16("\uFEFFa,b\nx\uD800,y\n"), "import.file-encoding"],
  ["UTF-16 with half a character", () => bytes("\xff\xfea\0,\0b\0\n\0x"), "import.file-encoding"],
  ["a quote that is never closed", () => 'a,b\nc,"d\ne,f\n', "import.file-quote"],
  ["quotes within a cell", () => 'a,b\n5" pipe,x\n"5"" pipe",y\n', ["ok", "ok"]],
  ["text behind a quote", () => 'a,b\n"c"d,e\nf,g\n', ["import.row-quote", "ok"]],
  ["rows of other lengths", () => "a,b\n1\n1,2\n1,2,3\n", ["import.row-cells", "ok", "import.row-cells"]],
  ["mixed line ends", () => "a,b\r\n1,2\n3,4\r5,6\r\n", ["ok", "ok", "ok"]],
  ["CR only", () => "a,b\r1,2\r3,4\r", ["ok", "ok"]],
  [
    "zero characters",
    () => `${"abc,def\n".repeat(20)}x\0,y\n`.replace("abc,def", "a,b"),
    [...Array<string>(19).fill("ok"), "import.cell-character"],
  ],
  ["two delimiters that fit", () => "Name;Amount,EUR\nA;1,5\nB;2,7\n", "import.file-delimiter"],
  [
    "10,000 columns",
    () => `${Array.from({ length: 10_000 }, (_, n) => `c${n}`).join(",")}\n1\n`,
    "import.file-columns",
  ],
  ["a row of 10,000 cells", () => `a,b\n${"1,".repeat(10_000)}\n1,2\n`, ["import.row-columns", "ok"]],
  ["one row of 50 MB", () => `a,b\n${"x".repeat(50_000_000)}\n1,2\n`, ["import.cell-length", "ok"]],
  [
    "one row of 50 MB of short lines in quotes",
    () => `a,b\n"${"x\n".repeat(25_000_000)}",1\n1,2\n`,
    ["import.cell-length", "ok"],
  ],
  ["a header of 50 MB", () => "x".repeat(50_000_000), "import.file-header"],
  ["a cell of one character too many", () => `a\n${"x".repeat(MOST_CELL_CHARACTERS + 1)}\n`, ["import.cell-length"]],
  ["a header twice", () => "a,b,a\n1,2,3\n", "import.file-header-double"],
  ["a header twice, in other forms of Unicode", () => "é,e\u0301 \n1,2\n", "import.file-header-double"],
  ["a blank header", () => "a, ,c\n1,2,3\n", "import.file-header-blank"],
  ["A27 a header that objects have by themselves", () => "a,__proto__\n1,2\n", "import.file-header-name"],
  ["A27 another one", () => "constructor,b\n1,2\n", "import.file-header-name"],
  ["PNG", () => bytes("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "import.file-binary"],
  ["PDF", () => bytes("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), "import.file-binary"],
  [
    "bytes without sense",
    () => Buffer.from(Array.from({ length: 4000 }, (_, n) => (n * 7919) % 251)),
    "import.file-binary",
  ],
  ["an old .xls file", () => bytes("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Array<number>(600).fill(0)), "import.file-xls"],
  [
    "an XLSX file with a password",
    () =>
      Buffer.concat([bytes("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Array<number>(600).fill(0)), utf16("EncryptedPackage")]),
    "import.file-encrypted",
  ],
];

const GOOD = underHeader('<c r="A2"><v>1</v></c><c r="B2"><v>2</v></c>');
const worksheet = (rows: string) => `<worksheet><sheetData>${rows}</sheetData></worksheet>`;
const laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>';

/** The archive with other bytes in its central directory (APPNOTE.TXT 4.3.12), from `offset` of the entry's record on. */
function directory(archive: Uint8Array, name: string, offset: number, value: number[]): Buffer {
  const changed = Buffer.from(archive);
  const at = changed.lastIndexOf(name) - 46;
  expect(changed.readUInt32LE(at)).toBe(0x02014b50);
  Buffer.from(value).copy(changed, at + offset);
  return changed;
}
const SHEET = "xl/worksheets/sheet1.xml";

/** A sheet with a header, so many blanks, and a row. */
const bomb = (megabytes: number) =>
  xlsx({ sheet: Buffer.from(worksheet(textRow("a") + " ".repeat(megabytes * 1_000_000) + textRow("1"))) });

const XLSX: [what: string, content: () => Content, outcome: Outcome][] = [
  ["a good one", () => GOOD, ["ok"]],
  ["cut off", () => GOOD.subarray(0, GOOD.length - 100), "import.file-damaged"],
  [
    "cut off in the middle, its end put behind",
    () => Buffer.concat([GOOD.subarray(0, 300), GOOD.subarray(500)]),
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
  ["ZIP64 sizes that are not there", () => directory(GOOD, SHEET, 24, [255, 255, 255, 255]), "import.file-unpacked"],
  ["a packed size beyond the file", () => directory(GOOD, SHEET, 20, [255, 255, 255, 0]), "import.file-damaged"],
  ["an entry with a password", () => directory(GOOD, SHEET, 8, [1, 0]), "import.file-encrypted"],
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

describe("A32 a broken CSV file", () => {
  it.each(CSV)("%s", async (_, content, outcome) => {
    expect(await outcomeOf(content())).toEqual(outcome);
  });

  it("of another encoding is read where its encoding is named, and refused where that is the wrong one", async () => {
    const path = files.of(bytes("name,city\nM\xfcller,\xdf\n"));
    expect((await read(path, { encoding: "windows-1252" })).rows).toEqual([{ line: 2, cells: ["Müller", "ß"] }]);
    await expect(read(path, { encoding: "utf-8" })).rejects.toMatchObject({ code: "import.file-encoding" });
    const unmarked = files.of(utf16("a,b\nx,y\n"));
    expect((await read(unmarked, { encoding: "utf-16le" })).rows).toEqual([{ line: 2, cells: ["x", "y"] }]);
  });

  it("says in which line it is broken", async () => {
    const text = Buffer.concat([Buffer.from(`${"name,city\n".repeat(100_000)}M`), bytes("\xfc\xff,x\na,b\n")]);
    await expect(read(files.of(text))).rejects.toThrow("Line 100001 is neither UTF-8 nor GB18030.");
  });

  it("tells that it was taken for GB18030, and no such thing of UTF-8", async () => {
    const { table } = await read(files.of(bytes(GB)));
    expect(table).toMatchObject({ encoding: "gb18030", columns: ["姓名", "城市"] });
    expect(table.warnings()).toMatchObject([{ code: "import.encoding-guessed" }]);
    expect((await read(files.of("姓名\n张三\n"))).table.warnings()).toEqual([]);
  });

  it("without a header has numbered columns; the caller may know better", async () => {
    const path = files.of("1,a@example.com\n2,b@example.com\n");
    expect((await read(path)).table).toMatchObject({ header: false, columns: ["Column 1", "Column 2"] });
    expect((await read(path)).rows).toHaveLength(2);
    expect((await read(path, { header: true })).table.columns).toEqual(["1", "a@example.com"]);
    expect((await read(files.of("a,b\nc,d\n"), { header: false })).rows).toHaveLength(2);
  });

  it.each([",", ";", "\t", "|"] as const)(
    "is divided by %j where that fits all rows, and where the caller says so",
    async (delimiter) => {
      const path = files.of(`a${delimiter}b\n"x,y;z|\t"${delimiter}1,5;2\n`.replace("1,5;2", "1"));
      expect((await read(path)).table).toMatchObject({ delimiter, columns: ["a", "b"] });
      expect((await read(files.of("a,b;c\n"), { delimiter: ";" })).table.columns).toEqual(["a,b", "c"]);
    },
  );
});

describe("A32 a broken XLSX file", () => {
  it.each(XLSX)("%s", async (_, content, outcome) => {
    expect(await outcomeOf(content())).toEqual(outcome);
  });

  it("with two sheets of the name that is asked for is refused", async () => {
    const workbook = '<sheets><sheet name="One" r:id="rId1"/><sheet name="One" r:id="rId1"/></sheets>';
    await expect(read(files.of(xlsx({ workbook })), { sheet: "One" })).rejects.toMatchObject({
      code: "import.file-sheet",
    });
  });
});

const OPENED = "/proc/self/fd";
const canSee = existsSync(OPENED);
if (!canSee) process.stderr.write(`\nNOT RUN: which files stay open (there is no ${OPENED})\n\n`);

if (canSee)
  describe("whatever becomes of a table", () => {
    it("no file stays open", async () => {
      const opened = () =>
        readdirSync(OPENED)
          .map(targetOf)
          .filter((target) => files.has(target));
      for (const [, content] of [...CSV.slice(0, 24), ...XLSX]) await outcomeOf(content());
      for (const content of [GOOD, "a,b\n1,2\n3,4\n"])
        for await (const _ of (await openTable(files.of(content))).rows()) break;
      await eventually(() => expect(opened()).toEqual([]));
    });
  });

function targetOf(file: string): string {
  try {
    return readlinkSync(`${OPENED}/${file}`);
  } catch {
    return "";
  }
}
