import { EVENTS, type DomainEvent, type EventType } from "@kehu/contracts";
import {
  anAdministrator,
  anOwner,
  eventually,
  everything,
  startService,
  testDatabase,
  type TestCaller,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { publish } from "./publish.ts";

/** A fact of which an event has told. */
function told(type: EventType, state: object): DomainEvent {
  const { concept, example } = EVENTS[type];
  const known = (example as unknown as Record<string, object>)[concept];
  const record = { ...known, id: randomUUID(), ...state };
  return {
    type,
    subject: record.id,
    version: 1,
    time: new Date(),
    data: { ...example, changed: [], [concept]: record },
  };
}

/** A tree: the company, and east and north below it. */
const TEAMS = {
  company: { teamId: randomUUID(), path: "c" },
  east: { teamId: randomUUID(), path: "c.e" },
  north: { teamId: randomUUID(), path: "c.n" },
};

describe("metrics within a scope", () => {
  const [li, wang, zhao] = [anOwner(), anOwner(), anOwner()];
  let database: TestDatabase;
  let analytics: TestService;

  const count = async (who: TestCaller) => {
    const { body } = await analytics.request<{ total: number; rows: { ownerName: string | null; value: number }[] }>(
      who,
      "GET",
      "/v1/metrics/account-count?groupBy=owner",
    );
    return body;
  };
  const records = async (who: TestCaller) => {
    const path = "/v1/metrics/account-count/records";
    return (await analytics.request<{ data: object[] }>(who, "GET", path)).body.data.length;
  };
  const from = (person: TestCaller, team: keyof typeof TEAMS, scope: "own" | "team" | "subtree"): TestCaller => ({
    id: person.id,
    grants: everything(scope),
    place: TEAMS[team],
  });

  beforeAll(async () => {
    database = await testDatabase("analytics");
    analytics = await startService(
      { name: "analytics", schema: "analytics" },
      () => import("../src/app.module.ts"),
      database,
    );
    const user = (person: TestCaller, name: string, { teamId, path }: { teamId: string; path: string }) =>
      told("identity.user.updated", { id: person.id, name, teamId, teamPath: path });
    const account = (state: object) => told("customer.account.created", { ownerId: null, ...state });
    await publish(database.open("analytics"), [
      ...Object.entries(TEAMS).map(([name, { teamId, path }]) =>
        told("identity.team.created", { id: teamId, name, path }),
      ),
      user(li, "李", TEAMS.east),
      user(wang, "王", TEAMS.east),
      user(zhao, "赵", TEAMS.north),
      account({ ownerId: li.id }),
      account({ ownerId: wang.id }),
      account({ ownerId: zhao.id }),
      account({ teamId: TEAMS.east.teamId }),
      account({ ownerId: zhao.id, collaborators: [{ type: "user", id: li.id, access: "read" }] }),
      account({}),
    ]);
    await eventually(async () => {
      expect((await count(anAdministrator())).total).toBe(6);
      const { rows } = await database.admin.query("SELECT FROM analytics.team_copy");
      expect(rows).toHaveLength(3);
    });
  });
  afterAll(async () => {
    await analytics.close();
    await database.close();
  });

  it.each([
    ["own", li, "east", 2],
    ["team", li, "east", 4],
    ["team", wang, "east", 3],
    ["subtree", zhao, "company", 5],
    ["subtree", zhao, "north", 2],
    ["team", zhao, "company", 2],
  ] as const)("counts with %s what is reached, and lists as many", async (scope, person, team, expected) => {
    const who = from(person, team, scope);
    const { total, rows } = await count(who);
    expect({ total, listed: await records(who) }).toEqual({ total: expected, listed: expected });
    expect(rows.reduce((sum, { value }) => sum + value, 0)).toBe(expected);
  });

  it("A08 a hidden field is in no number, dimension, filter or record", async () => {
    const who = {
      ...anAdministrator(),
      fieldRules: {
        "sales.opportunity": { amount: "hidden", closedAt: "hidden" },
        "customer.account": { industry: "hidden" },
      },
    } as const;
    const ask = (path: string) => analytics.request<{ data: { name: string }[] }>(who, "GET", `/v1/metrics${path}`);
    const { body } = await ask("");
    const names = body.data.map(({ name }) => name);
    expect(names).toContain("won-count");
    expect(names.filter((name) => name.endsWith("-amount") || name === "sales-cycle-days")).toEqual([]);
    const refused = [
      "/won-amount",
      "/won-amount/records",
      "/won-count?groupBy=month",
      "/won-count?filter[closedOn]=2026-01-01",
      "/account-count?groupBy=industry",
      "/account-count?filter[industry]=technology",
      "/account-count/records?filter[industry]=technology",
    ];
    for (const path of refused) expect({ path, status: (await ask(path)).status }).toEqual({ path, status: 400 });
    expect((await ask("/account-count?groupBy=type")).status).toBe(200);
    await publish(database.open("analytics"), [
      told("sales.opportunity.created", { closedAt: "2026-01-02T00:00:00.000Z", stageCategory: "won" }),
    ]);
    await eventually(async () => expect((await ask("/won-count/records")).body.data).toHaveLength(1));
    expect((await ask("/won-count/records")).body.data[0]).not.toHaveProperty("closedAt");
  });

  it("names no owner of whom nothing is reached", async () => {
    const { rows } = await count(from(wang, "east", "team"));
    expect(rows.map(({ ownerName }) => ownerName)).not.toContain("赵");
  });
});
