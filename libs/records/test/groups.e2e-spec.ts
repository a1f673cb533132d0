import type { Database } from "@kehu/database";
import { testDatabase, type TestDatabase } from "@kehu/testing";
import fc from "fast-check";

let test: TestDatabase;
let database: Database;

beforeAll(async () => {
  test = await testDatabase("customer");
  database = test.open("customer");
});
afterAll(() => test.close());

const anyText = () => fc.string({ unit: "grapheme", maxLength: 60 }).map((text) => text.replaceAll("\0", ""));

describe("grams_from", () => {
  // As 0007-search.sql had it: the indexes of an install hold what that made.
  const SAME = `
    SELECT grams_from(text) IS NOT DISTINCT FROM array_to_tsvector(ARRAY(
      SELECT substr(text, at, 3) FROM generate_series(1, length(text)) at)) AS same FROM (VALUES ($1::text)) AS one (text)`;
  const isSame = async (text: string | null) => (await database.query<{ same: boolean }>(SAME, [text]))[0]?.same;

  it.each([null, "", "a", "ab", "华", "华星科技\u001Fhttps://hx.example", "👍🏽 é", "长".repeat(2000)])(
    "makes of %j the groups that stand in indexes already",
    async (text) => expect(await isSame(text)).toBe(true),
  );

  it("makes the same of any text", () =>
    fc.assert(
      fc.asyncProperty(anyText(), async (text) => {
        expect(await isSame(text)).toBe(true);
      }),
    ));
});

describe("folded", () => {
  // As 0007-search.sql had it, for the same reason.
  const SAME = "SELECT folded($1::text) IS NOT DISTINCT FROM lower(normalize($1::text, NFKC)) AS same";
  const isSame = async (text: string | null) => (await database.query<{ same: boolean }>(SAME, [text]))[0]?.same;

  it.each([
    null,
    "",
    "ABC-12",
    "华星 Ltd.\u001F",
    "ＡＢＣ",
    "e\u0301",
    "\u1112\u1161\u11ab",
    "豈",
    "ﬁ",
    "一\u3099",
    "鿿～",
    "İ",
  ])("makes of %j what stands in indexes already", async (text) => expect(await isSame(text)).toBe(true));

  it("makes the same of any text", () =>
    fc.assert(
      fc.asyncProperty(anyText(), async (text) => {
        expect(await isSame(text)).toBe(true);
      }),
    ));
});
