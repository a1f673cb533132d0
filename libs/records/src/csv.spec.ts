import { parse } from "csv-parse/sync";
import { csvHead, csvRows } from "./csv.ts";

describe("rows as CSV", () => {
  it("hold texts with line ends, quotes and commas in one cell, and formulas as texts", () => {
    const texts = ["a\nb", "a\r\nb", 'a "b", c', "张三", "=1+1", "-1", "+49 30", "\tx", "@x"];
    const lines =
      csvHead(["text", "number"]) +
      csvRows(
        ["text", "number"],
        texts.map((text) => ({ text, number: -1 })),
      );
    const read = parse<{ text: string; number: string }>(lines, { bom: true, columns: true });
    expect(read.map(({ text }) => text)).toEqual([...texts.slice(0, 4), "'=1+1", "'-1", "'+49 30", "'\tx", "'@x"]);
    expect(read.map(({ number }) => number)).toEqual(texts.map(() => "-1"));
  });

  it("hold instants in ISO 8601, lists and objects as JSON, and nothing where nothing is", () => {
    const row = { at: new Date("2026-01-31T09:00:00Z"), list: ["a", "b"], yes: true, none: null };
    expect(csvRows(["at", "list", "yes", "none", "unknown"], [row])).toBe(
      '2026-01-31T09:00:00.000Z,"[""a"",""b""]",true,,\r\n',
    );
  });
});
