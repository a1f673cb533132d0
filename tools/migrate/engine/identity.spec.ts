import { Identities } from "./identity.ts";
import type { FileTable, Row } from "./mapping.ts";

const aRow = (cells: Readonly<Record<string, string>>): Row => ({
  line: 2,
  cells: Object.values(cells),
  text: (column) => (cells[column] ?? "").trim(),
});

const aTable = (table: Partial<FileTable>): FileTable => ({
  file: "Things.csv",
  resource: "things",
  type: "thing",
  key: ["ID"],
  repeatedKey: "fails",
  fields: {},
  unused: [],
  ...table,
});

describe("Identities", () => {
  it("takes the id of a row as it is", () => {
    expect(new Identities(aTable({})).keyOf(aRow({ ID: "a|b 03-07-2021" }))).toBe("a|b 03-07-2021");
  });

  it("lets a row fail whose id occurred before", () => {
    const identities = new Identities(aTable({}));
    identities.keyOf(aRow({ ID: "1" }));
    expect(() => identities.keyOf(aRow({ ID: " 1" }))).toThrow(
      expect.objectContaining({ code: "import.duplicate-in-file" }),
    );
  });

  it("lets a row fail that says nowhere which record it is", () => {
    const identities = new Identities(aTable({ key: ["A", "B"] }));
    expect(() => identities.keyOf(aRow({ A: "", B: " " }))).toThrow(expect.objectContaining({ code: "import.no-key" }));
  });

  describe("where a key may occur more than once", () => {
    const table = aTable({ key: ["A", "B"], repeatedKey: "is-numbered" });

    it("numbers its occurrences in the order of the file", () => {
      const identities = new Identities(table);
      const keys = [1, 2, 3].map(() => identities.keyOf(aRow({ A: "x", B: "y" })));
      expect(keys).toEqual(["x|y", "x|y|#2", "x|y|#3"]);
    });

    it("tells parts apart that would look alike joined", () => {
      const identities = new Identities(table);
      const keys = [
        aRow({ A: "x|y", B: "z" }),
        aRow({ A: "x", B: "y|z" }),
        aRow({ A: "x\\", B: "y" }),
        aRow({ A: "x", B: "\\y" }),
      ].map((row) => identities.keyOf(row));
      expect(new Set(keys).size).toBe(4);
    });

    it("takes a date for what it means, however it is written", () => {
      const identities = new Identities(table);
      const keys = [aRow({ A: "x", B: "03-07-2021 12:59" }), aRow({ A: "x", B: "3 Jul, 2021 12:59:00" })].map((row) =>
        identities.keyOf(row),
      );
      expect(keys).toEqual(["x|2021-07-03T12:59:00.000Z", "x|2021-07-03T12:59:00.000Z|#2"]);
    });

    it("keeps a key within the length of an external id, and different keys different", () => {
      const identities = new Identities(table);
      const keys = ["1", "2"].map((end) => identities.keyOf(aRow({ A: "x".repeat(300), B: end }))!);
      expect(keys.every((key) => key.length <= 195)).toBe(true);
      expect(new Set(keys).size).toBe(2);
    });

    it("keeps the key that a rejected row brings back", () => {
      expect(new Identities(table).keyOf(aRow({ A: "x", B: "mended", "Kehu key": "x|y|#2" }))).toBe("x|y|#2");
    });
  });

  it("takes rows that are equal in every column for one record, and numbers those that are not", () => {
    const identities = new Identities(aTable({ key: ["A"], repeatedKey: "is-numbered", equalRowsAreOne: true }));
    const rows = [
      { A: "x", B: "1" },
      { A: "x", B: "1" },
      { A: "x", B: "2" },
      { A: "x", B: "1" },
    ];
    expect(rows.map((cells) => identities.keyOf(aRow(cells)))).toEqual(["x", undefined, "x|#2", undefined]);
  });
});
