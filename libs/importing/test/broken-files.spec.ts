import { openTable } from "@kehu/importing";
import {
  BROKEN_CSV,
  BROKEN_XLSX,
  bytes,
  eventually,
  GB18030,
  GOOD_XLSX,
  utf16,
  xlsx,
  type TableOutcome,
} from "@kehu/testing";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { Files, read } from "./support/files.ts";

const files = new Files();
afterAll(() => files.remove());

async function outcomeOf(content: string | Uint8Array): Promise<TableOutcome> {
  try {
    const { rows } = await read(files.of(content));
    return rows.map(({ error }) => error?.code ?? "ok");
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("A32 a broken CSV file", () => {
  it.each(BROKEN_CSV)("%s", async (_, content, outcome) => {
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
    const { table } = await read(files.of(bytes(GB18030)));
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

  it("has its header found in time that grows with the length of its first row", async () => {
    const names = ["a", "b", "c", "d"].map((name) => `${name}@${".".repeat(65_000)}@`);
    const began = performance.now();
    expect((await read(files.of(`${names.join(",")}\n1,2,3,4\n`))).table.columns).toEqual(names);
    expect(performance.now() - began).toBeLessThan(3_000);
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
  it.each(BROKEN_XLSX)("%s", async (_, content, outcome) => {
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
      for (const [, content] of [...BROKEN_CSV.slice(0, 24), ...BROKEN_XLSX]) await outcomeOf(content());
      for (const content of [GOOD_XLSX, "a,b\n1,2\n3,4\n"])
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
