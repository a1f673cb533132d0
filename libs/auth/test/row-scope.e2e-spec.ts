import type { Database } from "@kehu/database";
import { testDatabase, type TestDatabase } from "@kehu/testing";
import fc from "fast-check";
import { PERMISSIONS } from "../src/permissions.ts";
import { NO_RULES, SCOPES, systemContext, type Place, type RequestContext } from "../src/request-context.ts";
import { isWithinScope, rowScope, type PlacedRow } from "../src/row-scope.ts";

const CASES = 1_500;
const ROWS = 20;

const id = (n: number) => `0199c1a0-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
const label = (teamId: string) => teamId.replaceAll("-", "");

/** Two trees; the ids of the last two teams begin alike. */
const TEAMS = [id(1), id(2), id(3), id(16), id(17)] as const;
const [TOP, LEFT, BELOW, OTHER, ALIKE] = TEAMS;
const PATHS: Readonly<Record<string, string>> = {
  [TOP]: label(TOP),
  [LEFT]: `${label(TOP)}.${label(LEFT)}`,
  [BELOW]: `${label(TOP)}.${label(LEFT)}.${label(BELOW)}`,
  [OTHER]: label(OTHER),
  [ALIKE]: `${label(OTHER)}.${label(ALIKE)}`,
};
/** The last is in no team, the one before him nobody knows of. */
const USERS = [...TEAMS.map((team, n) => ({ id: id(100 + n), team })), { id: id(120), team: null }];
const UNKNOWN = id(200);

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const userIds = fc.constantFrom(...USERS.map((user) => user.id), UNKNOWN);
const teamIds = fc.constantFrom(...TEAMS, id(99));
const row = fc.record({
  ownerId: maybe(userIds),
  teamId: maybe(teamIds),
  collaborators: fc.array(
    fc.record({
      type: fc.constantFrom("user" as const, "team" as const),
      id: fc.oneof(userIds, teamIds),
      access: fc.constantFrom("read" as const, "write" as const),
    }),
    { maxLength: 2 },
  ),
});
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never;

const place = maybe(fc.constantFrom(...TEAMS)).map((teamId): Place | null =>
  teamId === null ? null : { teamId, path: PATHS[teamId]! },
);
const caller = fc
  .record({ actorId: userIds, place, scope: fc.constantFrom(...SCOPES), permission: fc.constantFrom(...PERMISSIONS) })
  .map(({ actorId, place, scope, permission }) => ({
    permission,
    who: callerWith(actorId, place, { [permission]: scope }),
  }));

function callerWith(actorId: string, place: Place | null, grants: RequestContext["grants"]): RequestContext {
  const nobody = systemContext("", { id: "", correlationid: "", origin: "api" });
  return { ...nobody, actorType: "user", actorId, place, grants, fieldRules: NO_RULES };
}

/** With the places of owner and pool, as whoever has the row at hand adds them. */
function placed({ ownerId, teamId, collaborators }: Row): PlacedRow {
  const team = USERS.find((user) => user.id === ownerId)?.team ?? null;
  return {
    ownerId,
    ownerTeamId: team,
    ownerTeamPath: team && PATHS[team]!,
    teamId,
    teamPath: (teamId && PATHS[teamId]) ?? null,
    collaborators,
  };
}

describe("a row that is within a caller's scope", () => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await testDatabase("customer");
    database = test.open("customer");
    for (const team of TEAMS)
      await test.admin.query(
        "INSERT INTO customer.team_copy (id, version, name, path, external_ids) VALUES ($1, 1, '', $2, '[]')",
        [team, PATHS[team]],
      );
    for (const user of USERS)
      await test.admin.query(
        `INSERT INTO customer.user_copy (id, version, name, status, team_id, team_path, external_ids)
         VALUES ($1, 1, '', 'active', $2, $3, '[]')`,
        [user.id, user.team, user.team && PATHS[user.team]],
      );
  });
  afterAll(() => test.close());

  const bySql = async (who: RequestContext, permission: string, rows: readonly Row[]): Promise<boolean[]> => {
    const values: unknown[] = [JSON.stringify(rows.map((one, n) => ({ ...one, n })))];
    const scope = rowScope(who, permission, "t", (value) => `$${values.push(value)}`);
    const found = await database.queryOnce<{ within: boolean }>(
      `SELECT coalesce(${scope}, false) AS within FROM (
         SELECT r.n, r."ownerId" AS owner_id, r."teamId" AS team_id, r.collaborators
         FROM json_to_recordset($1) AS r (n integer, "ownerId" uuid, "teamId" uuid, collaborators jsonb)) t ORDER BY t.n`,
      values,
    );
    return found.map(({ within }) => within);
  };

  it("is so by SQL and at hand alike", async () => {
    const seen = new Set<boolean>();
    await fc.assert(
      fc.asyncProperty(
        caller,
        fc.array(row, { minLength: ROWS, maxLength: ROWS }),
        async ({ who, permission }, rows) => {
          const atHand = rows.map((one) => isWithinScope(who, permission, placed(one)));
          atHand.forEach((within) => seen.add(within));
          expect(atHand).toEqual(await bySql(who, permission, rows));
        },
      ),
      { numRuns: CASES },
    );
    expect(seen.size).toBe(2);
  }, 120_000);

  it("is none without the permission, and every one for Kehu itself", () => {
    const one = placed({ ownerId: USERS[0]!.id, teamId: null, collaborators: [] });
    expect(isWithinScope(callerWith(USERS[0]!.id, null, {}), "customer.account.read", one)).toBe(false);
    const system = systemContext("test", { id: "", correlationid: "", origin: "system" });
    expect(isWithinScope(system, "customer.account.read", one)).toBe(true);
  });
});
