import type { Database } from "@kehu/database";
import { testDatabase, type TestDatabase } from "@kehu/testing";
import fc from "fast-check";

describe("grams_from", () => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await testDatabase("customer");
    database = test.open("customer");
  });
  afterAll(() => test.close());

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
      fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 60 }), async (text) => {
        expect(await isSame(text.replaceAll("\0", ""))).toBe(true);
      }),
    ));
});
