import type { Scope } from "@kehu/auth";
import { eventually, everything, publish, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer } from "./customer.ts";

/** A tree of three teams, and who is in them. */
const PATHS = { company: "c", east: "c.e", north: "c.n" } as const;
type Team = keyof typeof PATHS;
const TEAM_IDS = { company: randomUUID(), east: randomUUID(), north: randomUUID() };
const PEOPLE = { boss: "company", li: "east", wang: "east", zhao: "north", loner: null } as const;
type Person = keyof typeof PEOPLE;
const IDS = Object.fromEntries(Object.keys(PEOPLE).map((name) => [name, randomUUID()])) as Record<Person, string>;

/** Whose accounts each reaches: by the policy, not by the code. */
const REACHED: Record<Scope, Partial<Record<Person, Person[]>>> = {
  own: { boss: ["boss"], li: ["li"] },
  team: { boss: ["boss"], li: ["li", "wang"], zhao: ["zhao"], loner: ["loner"] },
  subtree: { boss: ["boss", "li", "wang", "zhao"], li: ["li", "wang"], zhao: ["zhao"], loner: ["loner"] },
  all: { boss: ["boss", "li", "loner", "nobody" as Person, "wang", "zhao"] },
};

describe("scopes", () => {
  let customer: Customer;
  const accounts: Record<string, string> = {};

  const placeOf = (team: Team | null) => (team ? { teamId: TEAM_IDS[team], path: PATHS[team] } : undefined);
  const as = (person: Person, scope: Scope, team: Team | null = PEOPLE[person]): TestCaller => ({
    id: IDS[person],
    grants: everything(scope),
    place: placeOf(team),
  });
  const tell = (person: Person, team: Team | null, version = 1) =>
    publish(
      customer.database,
      "identity.user.updated",
      { id: IDS[person], name: person, teamId: team && TEAM_IDS[team], teamPath: team && PATHS[team] },
      version,
    );
  const namesOf = async (who: TestCaller) =>
    (await customer.list("/v1/accounts?sort=name&limit=50", who)).data.map(({ name }) => name);

  beforeAll(async () => {
    customer = await startCustomer();
    for (const [person, team] of Object.entries(PEOPLE)) await tell(person as Person, team);
    await eventually(async () => {
      const { rows } = await customer.database.admin.query("SELECT 1 FROM customer.user_copy");
      expect(rows).toHaveLength(Object.keys(PEOPLE).length);
    });
    for (const person of Object.keys(PEOPLE) as Person[])
      accounts[person] = (await customer.create("accounts", { name: person }, as(person, "own"))).id;
    accounts["nobody"] = (await customer.create("accounts", { name: "nobody" })).id;
    await customer.database.admin.query("UPDATE customer.account SET owner_id = NULL WHERE id = $1", [
      accounts["nobody"],
    ]);
  });
  afterAll(() => customer.close());

  const cases = Object.entries(REACHED).flatMap(([scope, byPerson]) =>
    Object.entries(byPerson).map(([person, reached]) => [scope as Scope, person as Person, reached] as const),
  );

  it.each(cases)(
    "with %s, %s lists, counts and finds what is of %j, and nothing else",
    async (scope, person, names) => {
      const who = as(person, scope);
      expect(await namesOf(who)).toEqual([...names].sort());
      expect((await customer.list("/v1/accounts?count=exact&limit=1", who)).page.total).toBe(names.length);
      const found = await customer.service.request<{ data: { name: string }[] }>(who, "POST", "/v1/accounts/search", {
        body: {
          where: {
            or: [
              { field: "name", op: "eq", value: "zhao" },
              { field: "name", op: "eq", value: "li" },
            ],
          },
        },
      });
      const expected = names.filter((name) => name === "li" || name === "zhao");
      expect(found.body.data.map(({ name }) => name).sort()).toEqual([...expected].sort());
    },
  );

  it.each(cases)("with %s, %s reads and changes what is of %j; all else is absent", async (scope, person, names) => {
    const who = as(person, scope);
    for (const [name, id] of Object.entries(accounts)) {
      const reached = (names as string[]).includes(name);
      const before = await customer.get(`/v1/accounts/${id}`);
      const read = await customer.service.request(who, "GET", `/v1/accounts/${id}`);
      const history = await customer.service.request(who, "GET", `/v1/accounts/${id}/history`);
      const write = await customer.service.request(who, "PATCH", `/v1/accounts/${id}`, {
        body: { industry: scope + person },
      });
      const statuses = [read, history, write].map(({ status }) => status);
      expect({ name, statuses }).toEqual({ name, statuses: reached ? [200, 200, 200] : [404, 404, 404] });
      if (reached) continue;
      const absent = await customer.service.request(who, "GET", `/v1/accounts/${randomUUID()}`);
      expect({ ...read.body, traceId: "" }).toEqual({ ...absent.body, traceId: "" });
      expect(await customer.get(`/v1/accounts/${id}`)).toEqual(before);
    }
  });

  it("what may be read may not be written where the permission to write reaches less far", async () => {
    const who = as("li", "team");
    who.grants["customer.account.write"] = "own";
    const patch = (name: Person) =>
      customer.service.request(who, "PATCH", `/v1/accounts/${accounts[name]}`, { body: { industry: "x" } });
    const before = await customer.get(`/v1/accounts/${accounts["wang"]}`);
    expect(await patch("wang")).toMatchObject({ status: 403, body: { code: "record.not-writable" } });
    expect(await customer.get(`/v1/accounts/${accounts["wang"]}`)).toEqual(before);
    expect((await patch("li")).status).toBe(200);
    expect((await patch("zhao")).status).toBe(404);
  });

  it("A05 by bulk requests, too: per row", async () => {
    const who = as("li", "team");
    who.grants["customer.account.write"] = "own";
    const before = await customer.list("/v1/accounts?sort=name&limit=50");
    const body = {
      operations: Object.values(accounts).map((id) => ({ op: "update", id, data: { industry: "bulk" } })),
    };
    type Results = { results: { outcome: string; errors: { code: string }[] }[] };
    const answer = await customer.service.request<Results>(who, "POST", "/v1/accounts/bulk", { body });
    const became = answer.body.results.map(({ outcome, errors }) => errors[0]?.code ?? outcome);
    expect(Object.fromEntries(Object.keys(accounts).map((name, index) => [name, became[index]]))).toEqual({
      boss: "not-found",
      li: "updated",
      wang: "record.not-writable",
      zhao: "not-found",
      loner: "not-found",
      nobody: "not-found",
    });
    const others = ({ data }: typeof before) => data.filter(({ id }) => id !== accounts["li"]);
    expect(others(await customer.list("/v1/accounts?sort=name&limit=50"))).toEqual(others(before));
  });

  it("a name beside a reference shows only within the scope", async () => {
    const child = await customer.create("accounts", { name: "child", parentId: accounts["zhao"] }, as("li", "all"));
    expect((await customer.get(`/v1/accounts/${child.id}`, as("li", "team"))).parentName).toBeNull();
    expect((await customer.get(`/v1/accounts/${child.id}`, as("boss", "subtree"))).parentName).toBe("zhao");
    await customer.service.request(customer.admin, "DELETE", `/v1/accounts/${child.id}`);
  });

  it("an owner who moves takes what he owns along, when the service has heard of it", async () => {
    await tell("wang", "north", 2);
    await eventually(async () => expect(await namesOf(as("zhao", "team"))).toEqual(["wang", "zhao"]));
    expect(await namesOf(as("li", "team"))).toEqual(["li"]);
    await tell("wang", "east", 3);
    await eventually(async () => expect(await namesOf(as("li", "team"))).toEqual(["li", "wang"]));
  });

  it("a caller who moves sees what his new team has with his next request", async () => {
    expect(await namesOf(as("li", "team", "north"))).toEqual(["li", "zhao"]);
  });
});
