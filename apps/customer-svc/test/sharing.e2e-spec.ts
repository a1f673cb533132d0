import { eventually, everything, publish, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type View } from "./customer.ts";

/** Ids of teams as the gateway makes them, and paths of them: east stands below company. */
const TEAMS = { company: randomUUID(), east: randomUUID(), north: randomUUID() };
const label = (team: keyof typeof TEAMS) => TEAMS[team].replaceAll("-", "");
const PATHS = {
  company: label("company"),
  east: `${label("company")}.${label("east")}`,
  north: `${label("company")}.${label("north")}`,
};
type Team = keyof typeof TEAMS;

describe("sharing", () => {
  let customer: Customer;
  const people: Record<string, string> = {};

  const as = (person: string, team: Team | null, grants = everything("own")): TestCaller => ({
    id: people[person]!,
    grants,
    place: team ? { teamId: TEAMS[team], path: PATHS[team] } : undefined,
  });
  const send = (who: TestCaller, method: string, path: string, body?: object) =>
    customer.service.request<View>(who, method, `/v1/accounts${path}`, { body });
  const share = (id: string, type: string, to: string, access: unknown, who = as("li", "east")) =>
    send(who, "PUT", `/${id}/collaborators/${type}/${to}`, { access });
  const namesOf = async (who: TestCaller) =>
    (await customer.list("/v1/accounts?sort=name&limit=50", who)).data.map(({ name }) => name);
  const anAccount = (name: string, who = as("li", "east")) => customer.create("accounts", { name }, who);

  beforeAll(async () => {
    customer = await startCustomer();
    const { database } = customer;
    for (const [name, id] of Object.entries(TEAMS))
      await publish(database, "identity.team.created", { id, name, path: PATHS[name as Team] });
    for (const name of ["li", "wang", "zhao", "boss"]) {
      people[name] = randomUUID();
      await publish(database, "identity.user.updated", { id: people[name], name });
    }
    await eventually(async () => {
      const { rows } = await database.admin.query(
        "SELECT id FROM customer.user_copy UNION ALL SELECT id FROM customer.team_copy",
      );
      expect(rows).toHaveLength(7);
    });
  });
  afterAll(() => customer.close());

  describe("PUT /v1/accounts/:id/collaborators/:type/:id", () => {
    it("lets a user read what is not his, and write it only when it is shared to write", async () => {
      const { id } = await anAccount("Shared with Wang");
      const wang = as("wang", null);
      expect((await send(wang, "GET", `/${id}`)).status).toBe(404);
      expect(await share(id, "user", people["wang"]!, "read")).toMatchObject({
        status: 200,
        body: { version: 2, collaborators: [{ type: "user", id: people["wang"], access: "read", name: "wang" }] },
      });
      expect(await namesOf(wang)).toEqual(["Shared with Wang"]);
      expect((await customer.list("/v1/accounts?count=exact", wang)).page.total).toBe(1);
      expect((await send(wang, "GET", `/${id}/history`)).status).toBe(200);
      expect(await send(wang, "PATCH", `/${id}`, { industry: "x" })).toMatchObject({
        status: 403,
        body: { code: "record.not-writable" },
      });
      expect((await share(id, "user", people["wang"]!, "write")).body.collaborators).toHaveLength(1);
      expect((await send(wang, "PATCH", `/${id}`, { industry: "x" })).status).toBe(200);
      expect(await customer.eventsOf(id)).toEqual([
        expect.anything(),
        ["customer.account.updated", 2, ["collaborators"]],
        ["customer.account.updated", 3, ["collaborators"]],
        ["customer.account.updated", 4, ["industry"]],
      ]);
    });

    it("reaches the people of a team and of the teams below it, and no others", async () => {
      const { id } = await anAccount("Shared with the company", as("zhao", null));
      await share(id, "team", TEAMS.company, "read", as("zhao", null));
      expect((await send(as("wang", "east"), "GET", `/${id}`)).status).toBe(200);
      expect((await send(as("boss", "company"), "GET", `/${id}`)).status).toBe(200);
      expect((await send(as("wang", null), "GET", `/${id}`)).status).toBe(404);
      await share(id, "team", TEAMS.east, "read", as("zhao", null));
      await send(as("zhao", null), "DELETE", `/${id}/collaborators/team/${TEAMS.company}`);
      expect((await send(as("wang", "east"), "GET", `/${id}`)).status).toBe(200);
      expect((await send(as("boss", "company"), "GET", `/${id}`)).status).toBe(404);
      expect((await send(as("wang", "north"), "GET", `/${id}`)).status).toBe(404);
    });

    it("does not let anybody delete, hand over or share on what is only shared with him", async () => {
      const { id } = await anAccount("Not to be stolen");
      await share(id, "user", people["wang"]!, "write");
      const before = await customer.get(`/v1/accounts/${id}`);
      const wang = as("wang", null);
      const answers = [
        await send(wang, "POST", `/${id}/owner`, { ownerId: people["wang"] }),
        await share(id, "user", people["zhao"]!, "read", wang),
        await send(wang, "DELETE", `/${id}/collaborators/user/${people["wang"]!}`),
        await send(wang, "DELETE", `/${id}`),
      ];
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
      expect(await customer.get(`/v1/accounts/${id}`)).toEqual(before);
    });

    it("does not give what the permission does not", async () => {
      const { id } = await anAccount("Needs the permission");
      await share(id, "user", people["wang"]!, "write");
      const reader = as("wang", null, { "customer.account.read": "own" });
      expect(await send(reader, "PATCH", `/${id}`, { industry: "x" })).toMatchObject({
        status: 403,
        body: { code: "permission.denied" },
      });
    });

    it("keeps the same when it is said again, and is taken back by DELETE", async () => {
      const { id } = await anAccount("Twice");
      await share(id, "user", people["wang"]!, "read");
      expect((await share(id, "user", people["wang"]!, "read")).body.version).toBe(2);
      const path = `/${id}/collaborators/user/${people["wang"]!}`;
      expect(await send(as("li", "east"), "DELETE", path)).toMatchObject({ status: 200, body: { collaborators: [] } });
      expect((await send(as("li", "east"), "DELETE", path)).status).toBe(404);
      expect(await customer.get(`/v1/accounts/${id}`)).toMatchObject({ version: 3, collaborators: [] });
      expect((await send(as("wang", null), "GET", `/${id}`)).status).toBe(404);
    });

    it("names what is wrong, and takes at most fifty", async () => {
      const { id } = await anAccount("Wrong");
      expect(await share(id, "company", TEAMS.east, "read")).toMatchObject({
        status: 400,
        body: { code: "collaborator.malformed" },
      });
      expect(await share(id, "user", people["wang"]!, "own")).toMatchObject({
        status: 422,
        body: { errors: [{ field: "access", code: "field.vocabulary" }] },
      });
      const many = Array.from({ length: 50 }, () => ({ type: "user", id: randomUUID(), access: "read" }));
      await customer.database.admin.query("UPDATE customer.account SET collaborators = $1 WHERE id = $2", [
        JSON.stringify(many),
        id,
      ]);
      expect(await share(id, "user", people["wang"]!, "read")).toMatchObject({
        status: 422,
        body: { code: "record.too-many-collaborators" },
      });
    });

    it("knows whom it shares with", async () => {
      const { id } = await anAccount("Unknown");
      expect(await share(id, "user", TEAMS.east, "read")).toMatchObject({
        status: 422,
        body: { code: "reference.not-yet-known" },
      });
    });
  });

  describe("POST /v1/accounts/:id/owner", () => {
    it("puts a record into the pool of a team, where it counts while nobody owns it", async () => {
      const { id } = await anAccount("In the pool");
      const li = as("li", "east", everything("team"));
      const boss = as("boss", "company", everything("subtree"));
      expect(await send(li, "POST", `/${id}/owner`, { teamId: TEAMS.east })).toMatchObject({
        status: 200,
        body: { ownerId: null, teamId: TEAMS.east, teamName: "east" },
      });
      const reach = async (who: TestCaller) => (await send(who, "GET", `/${id}`)).status;
      expect(await Promise.all([li, boss, as("wang", "east", everything("team"))].map(reach))).toEqual([200, 200, 200]);
      const outside = [
        as("wang", "north", everything("subtree")),
        as("boss", "company", everything("team")),
        as("li", "east"),
      ];
      expect(await Promise.all(outside.map(reach))).toEqual([404, 404, 404]);
      expect((await send(boss, "POST", `/${id}/owner`, { ownerId: people["zhao"] })).body).toMatchObject({
        ownerId: people["zhao"],
        teamId: null,
      });
      expect(await reach(li)).toBe(404);
    });

    it("counts for nothing when somebody owns the record after all", async () => {
      const { id } = await anAccount("Imported out of the pool");
      await send(as("li", "east"), "POST", `/${id}/owner`, { teamId: TEAMS.east });
      await customer.import("accounts", [{ op: "update", id, data: { ownerId: people["zhao"] } }]);
      expect(await customer.get(`/v1/accounts/${id}`)).toMatchObject({ ownerId: people["zhao"], teamId: TEAMS.east });
      expect((await send(as("li", "east", everything("team")), "GET", `/${id}`)).status).toBe(404);
    });

    it("takes exactly one of user and team", async () => {
      const { id } = await anAccount("One holder");
      const refused = { status: 422, body: { errors: [{ field: "ownerId" }] } };
      expect(await send(as("li", "east"), "POST", `/${id}/owner`, {})).toMatchObject(refused);
      const both = { ownerId: people["wang"], teamId: TEAMS.east };
      expect(await send(as("li", "east"), "POST", `/${id}/owner`, both)).toMatchObject(refused);
    });
  });
});
