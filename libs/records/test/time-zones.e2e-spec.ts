import { testDatabase, type TestDatabase } from "@kehu/testing";
import { DateTime, IANAZone } from "luxon";
import { zoneInSql } from "../src/time-zone.ts";

/** Names of no area that ICU takes, too. */
const OF_ICU = "ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST";

/** What came later than these may be known to one of them only, as each has tables of its own. */
const INSTANTS = Array.from({ length: 24 }, (_, n) => new Date(Date.UTC(2018, 3 * n + 1, 15, 12)).toISOString());

const FORMAT = "yyyy-MM-dd HH:mm:ss";

describe("zoneInSql", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase("customer");
  });
  afterAll(() => test.close());

  async function namesOfNoArea(): Promise<string[]> {
    const { rows } = await test.admin.query<{ name: string }>(
      "SELECT name FROM pg_timezone_names UNION SELECT abbrev FROM pg_timezone_abbrevs",
    );
    const names = [...rows.map(({ name }) => name), ...OF_ICU.split(" "), "cet"];
    return [...new Set(names)].filter((name) => IANAZone.isValidZone(name) && !name.includes("/"));
  }

  it("lets Postgres cut days where filters do, whatever a zone is called", async () => {
    const names = await namesOfNoArea();
    expect(names).toEqual(expect.arrayContaining(["CET", "EET", "MET", "WET", "cet", "IST", "PRC", "UTC"]));
    const { rows } = await test.admin.query<{ local: string }>(
      `SELECT to_char(at AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI:SS') AS local
       FROM unnest($1::text[]) WITH ORDINALITY z (zone, z) CROSS JOIN unnest($2::timestamptz[]) WITH ORDINALITY i (at, n)
       ORDER BY z, n`,
      [names.map(zoneInSql), INSTANTS],
    );
    const clock = names.flatMap((zone) =>
      INSTANTS.map((at) => `${zone} ${DateTime.fromISO(at, { zone }).toFormat(FORMAT)}`),
    );
    expect(rows.map(({ local }, n) => `${names[Math.floor(n / INSTANTS.length)]} ${local}`)).toEqual(clock);
  });

  it.each(["Asia/Shanghai", "America/Argentina/Buenos_Aires", "Asia/Kolkata", "Etc/GMT+8"])(
    "leaves %s as it is",
    (name) => expect(zoneInSql(name)).toBe(name),
  );
});
