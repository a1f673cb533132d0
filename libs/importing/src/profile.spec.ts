import { MOST_DISTINCT, MOST_DUPLICATES } from "./limits.ts";
import { Profile, type ProfileOptions } from "./profile.ts";

const profileOf = (rows: readonly string[][], options: Partial<ProfileOptions> = {}) => {
  const profile = new Profile(["key", "amount"], { timeZone: "UTC", ...options });
  rows.forEach((cells, at) => profile.add({ line: at + 2, cells }));
  return profile;
};

describe("the profile of a table", () => {
  it("counts what each column holds, with examples", () => {
    const { rows, columns } = profileOf([
      ["a", "1"],
      ["b", " "],
      ["a", "x".repeat(300)],
      ["", "1"],
    ]).result();
    expect(rows).toBe(4);
    expect(columns).toEqual([
      {
        column: "key",
        filled: 3,
        blank: 1,
        distinct: { count: 2, more: false },
        longest: 1,
        examples: ["a", "b"],
        bad: 0,
        badCells: [],
      },
      {
        column: "amount",
        filled: 3,
        blank: 1,
        distinct: { count: 2, more: false },
        longest: 300,
        examples: ["1", `${"x".repeat(200)}…`],
        bad: 0,
        badCells: [],
      },
    ]);
  });

  it("tells texts apart that differ behind a long beginning", () => {
    const long = "x".repeat(100);
    expect(
      profileOf([
        [`${long}1`, ""],
        [`${long}2`, ""],
        [`${long}1`, ""],
      ]).result().columns[0]?.distinct.count,
    ).toBe(2);
  });

  it("counts distinct texts exactly up to a bound, and says where there are more", () => {
    const rows = Array.from({ length: MOST_DISTINCT }, (_, n) => [`k${n}`, "same"]);
    expect(
      profileOf(rows)
        .result()
        .columns.map(({ distinct }) => distinct),
    ).toEqual([
      { count: MOST_DISTINCT, more: false },
      { count: 1, more: false },
    ]);
    expect(profileOf([...rows, ["one more", ""], ["k0", ""]]).result().columns[0]?.distinct).toEqual({
      count: MOST_DISTINCT,
      more: true,
    });
  });

  it("names the first cells that are no value of the field, and counts them all", () => {
    const rows = Array.from({ length: 8 }, (_, n) => ["k", n === 0 ? "7" : `bad ${n}`]);
    const { columns } = profileOf(rows, { fields: new Map([["amount", { kind: "integer" }]]) }).result();
    expect(columns[1]).toMatchObject({ bad: 7 });
    expect(columns[1]?.badCells.map(({ line, text, code }) => [line, text, code])).toEqual(
      [1, 2, 3, 4, 5].map((n) => [n + 2, `bad ${n}`, "import.cell-integer"]),
    );
  });

  it("lists rows whose key stood before, each with the first row of the key; blank keys are none", () => {
    const rows = [
      ["A", ""],
      ["b", ""],
      [" A ", ""],
      ["", ""],
      [" ", ""],
      ["a", ""],
      ["A", ""],
    ];
    expect(profileOf(rows, { key: "key" }).result().duplicates).toEqual({
      count: 2,
      rows: [
        { first: 2, line: 4 },
        { first: 2, line: 8 },
      ],
    });
    const folded = { key: "key", normalKey: (text: string) => text.trim().toLowerCase() };
    expect(profileOf(rows, folded).result().duplicates.rows).toContainEqual({ first: 2, line: 7 });
    expect(profileOf(rows).result().duplicates.count).toBe(0);
  });

  it("finds each of 3,000 duplicates among 100,000 keys and lists the first ones", () => {
    const profile = new Profile(["key"], { timeZone: "UTC", key: "key" });
    for (let n = 0; n < 100_000; n++) profile.add({ line: n + 2, cells: [`key ${n % 97_000}`] });
    const { duplicates, isComplete } = profile.result();
    expect(isComplete).toBe(true);
    expect(duplicates.count).toBe(3000);
    expect(duplicates.rows).toHaveLength(MOST_DUPLICATES);
    expect(duplicates.rows.at(-1)).toEqual({ first: 1001, line: 98_001 });
  });

  it("counts rows that cannot be used, and names the first ones", () => {
    const profile = profileOf([["a", "1"]]);
    for (let line = 3; line < 13; line++) profile.add({ line, error: { code: "import.row-cells", message: "" } });
    expect(profile.result()).toMatchObject({ rows: 1, badRows: 10 });
    expect(profile.result().firstBadRows.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7]);
  });
});
