import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { CsvRecords } from "./csv-records.ts";
import { MOST_CELL_CHARACTERS, MOST_COLUMNS, MOST_ROW_CHARACTERS } from "./limits.ts";

const recordsOf = (pieces: readonly string[], delimiter = ",") => {
  const records = new CsvRecords(delimiter);
  return [...pieces.flatMap((piece) => records.read(piece)), ...records.end()];
};
const cut = (text: string, size: number) => text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];

const cell = fc.oneof(
  fc.stringMatching(/^[ab 公=;]*$/),
  fc.stringMatching(/^[a"']*[a]$/).filter((text) => !text.startsWith('"')),
  fc.stringMatching(/^[a,"\r\n]*$/).map((text) => `"${text.replaceAll('"', '""')}"`),
);
const row = fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(","));
const file = fc
  .array(fc.tuple(row, fc.constantFrom("\n", "\r\n", "\r")), { maxLength: 6 })
  .map((rows) => rows.flat().join(""));

describe("the text of a CSV file", () => {
  it("is cut into the same rows as csv-parse cuts it, wherever the pieces of the file end", () => {
    fc.assert(
      fc.property(file, fc.integer({ min: 1, max: 9 }), (text, size) => {
        const expected = parse(text, {
          relax_column_count: true,
          relax_quotes: true,
          skip_empty_lines: true,
          record_delimiter: ["\r\n", "\n", "\r"],
        });
        expect(recordsOf(cut(text, size)).map(({ cells }) => cells)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([1, 2, 3, 100])("tells in which line each row begins, in pieces of %d characters", (size) => {
    const text = 'a\r\n\r\n"b\r\nb\rb\nb",1\rc\n\n\n"d\r"\r\ne\r\rf';
    expect(recordsOf(cut(text, size)).map(({ line }) => line)).toEqual([1, 3, 7, 10, 12, 14]);
  });

  it.each<[what: string, row: string, code: string]>([
    ["goes on after its quote", '"a"b,c', "import.row-quote"],
    ["goes on after its quote with a quote", '"a"b"c,d', "import.row-quote"],
    ["has too long a cell", `a,${"x".repeat(MOST_CELL_CHARACTERS + 1)}`, "import.cell-length"],
    ["has too many cells", ",".repeat(MOST_COLUMNS), "import.row-columns"],
    ["is too long", `"${`${"x".repeat(60_000)}","`.repeat(20)}"`, "import.row-length"],
    ["is one cell of 3 MB in quotes", `"${"x\n".repeat(1_500_000)}"`, "import.cell-length"],
  ])("gives a row that %s a fault of its own, and reads on", (_, text, code) => {
    const [before, bad, after] = recordsOf(cut(`a,b\n${text}\nc,d\n`, 1000));
    expect(before).toEqual({ line: 1, cells: ["a", "b"] });
    expect(bad).toMatchObject({ line: 2, error: { code } });
    expect(after).toMatchObject({ cells: ["c", "d"] });
  });

  it("takes rows and cells up to the limits", () => {
    const cells = Array.from({ length: 15 }, () => "x".repeat(MOST_CELL_CHARACTERS));
    expect(recordsOf([cells.join(",")])[0]?.cells).toEqual(cells);
    expect(recordsOf([",".repeat(MOST_COLUMNS - 1)])[0]?.cells).toHaveLength(MOST_COLUMNS);
    expect(15 * MOST_CELL_CHARACTERS).toBeLessThan(MOST_ROW_CHARACTERS);
  });

  it("with a quote that is never closed is broken, and the line of the quote is told", () => {
    expect(() => recordsOf(['a,b\nc,"d\n', "e,f\n"])).toThrow("The quote that opens in line 2 is never closed.");
  });
});
