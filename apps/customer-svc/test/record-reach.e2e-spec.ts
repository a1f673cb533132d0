import { eventually, everything, publish, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer } from "./customer.ts";

const TEAMS = { company: randomUUID(), east: randomUUID(), north: randomUUID() };
const label = (team: keyof typeof TEAMS) => TEAMS[team].replaceAll("-", "");
const PATHS = {
  company: label("company"),
  east: `${label("company")}.${label("east")}`,
  north: `${label("company")}.${label("north")}`,
};

describe("GET /internal/reach/:resource/:id/:permission", () => {
  let customer: Customer;
  const [li, wang, boss] = [randomUUID(), randomUUID(), randomUUID()];
  const caller = (
    id: string,
    team: keyof typeof TEAMS | null,
    scope: Parameters<typeof everything>[0],
  ): TestCaller => ({
    id,
    grants: everything(scope),
    place: team ? { teamId: TEAMS[team], path: PATHS[team] } : undefined,
  });
  const reach = async (who: TestCaller, id: string, permission = "customer.account.write", resource = "accounts") =>
    (await customer.service.request(who, "GET", `/internal/reach/${resource}/${id}/${permission}`)).body;
  const by = (why: string, collaborators: object[] = []) => ({ within: true, by: why, collaborators });
  const OUT = { within: false, by: null, collaborators: [] };
  const anAccount = async () => (await customer.create("accounts", { name: "华星" }, { ...customer.admin, id: li })).id;
  const share = (id: string, type: string, to: string, access: string) =>
    customer.service.request(customer.admin, "PUT", `/v1/accounts/${id}/collaborators/${type}/${to}`, {
      body: { access },
    });

  beforeAll(async () => {
    customer = await startCustomer();
    for (const [name, id] of Object.entries(TEAMS))
      await publish(customer.database, "identity.team.created", { id, name, path: PATHS[name as keyof typeof PATHS] });
    const people = { [li]: "east", [wang]: "east", [boss]: "company" } as const;
    for (const [id, team] of Object.entries(people))
      await publish(customer.database, "identity.user.updated", { id, teamId: TEAMS[team], teamPath: PATHS[team] });
    await eventually(async () => {
      const { rows } = await customer.database.admin.query(
        "SELECT id FROM customer.user_copy UNION ALL SELECT id FROM customer.team_copy",
      );
      expect(rows).toHaveLength(6);
    });
  });
  afterAll(() => customer.close());

  it("says: the owner, his team, the teams below, everything", async () => {
    const id = await anAccount();
    const both = (why: object) => ({ read: why, permission: why });
    expect(await reach(caller(li, "east", "own"), id)).toEqual(both(by("owner")));
    expect(await reach(caller(li, "east", "all"), id)).toEqual(both(by("owner")));
    expect(await reach(caller(wang, "east", "team"), id)).toEqual(both(by("team")));
    expect(await reach(caller(wang, "east", "subtree"), id)).toEqual(both(by("team")));
    expect(await reach(caller(boss, "company", "subtree"), id)).toEqual(both(by("subtree")));
    expect(await reach(caller(boss, null, "all"), id)).toEqual(both(by("all")));
  });

  it("says: out of reach, by the place or because nothing is granted", async () => {
    const id = await anAccount();
    expect(await reach(caller(wang, "east", "own"), id)).toEqual({ read: OUT, permission: OUT });
    expect(await reach(caller(boss, "company", "team"), id)).toEqual({ read: OUT, permission: OUT });
    expect(await reach(caller(wang, null, "subtree"), id)).toEqual({ read: OUT, permission: OUT });
    const reader = { ...caller(wang, "east", "team"), grants: { "customer.account.read": "team" as const } };
    expect(await reach(reader, id)).toEqual({ read: by("team"), permission: OUT });
    expect(await reach(reader, id, "constructor")).toEqual({ read: by("team"), permission: OUT });
  });

  it("says: the pool of a team, of one's own or below", async () => {
    const id = await anAccount();
    await customer.service.request(customer.admin, "POST", `/v1/accounts/${id}/owner`, {
      body: { teamId: TEAMS.east },
    });
    expect((await reach(caller(wang, "east", "team"), id))["permission"]).toEqual(by("pool"));
    expect((await reach(caller(boss, "company", "subtree"), id))["permission"]).toEqual(by("pool"));
    expect((await reach(caller(wang, "north", "subtree"), id))["permission"]).toEqual(OUT);
    expect((await reach(caller(boss, null, "all"), id))["permission"]).toEqual(by("all"));
  });

  it("says by which entries it is shared, those that count for the permission", async () => {
    const id = await anAccount();
    const toBoss = { type: "user", id: boss, access: "read" };
    const toEast = { type: "team", id: TEAMS.east, access: "write" };
    const toCompany = { type: "team", id: TEAMS.company, access: "read" };
    for (const one of [toBoss, toEast, toCompany]) await share(id, one.type, one.id, one.access);
    expect(await reach(caller(wang, "east", "own"), id)).toEqual({
      read: by("shared", [toEast, toCompany]),
      permission: by("shared", [toEast]),
    });
    expect(await reach(caller(boss, "company", "own"), id)).toEqual({
      read: by("shared", [toBoss, toCompany]),
      permission: OUT,
    });
    expect((await reach(caller(wang, "east", "own"), id, "customer.account.delete"))["permission"]).toEqual(OUT);
    expect((await reach(caller(li, "east", "own"), id))["permission"]).toEqual(by("owner"));
  });

  it("is absent for what is not there, or deleted", async () => {
    const id = await anAccount();
    await customer.service.request(customer.admin, "DELETE", `/v1/accounts/${id}`);
    const owner = caller(li, "east", "all");
    expect(await reach(owner, id)).toMatchObject({ status: 404, code: "not-found" });
    expect(await reach(owner, randomUUID())).toMatchObject({ status: 404 });
    expect(await reach(owner, await anAccount(), "customer.account.read", "nothing")).toMatchObject({ status: 404 });
  });
});
