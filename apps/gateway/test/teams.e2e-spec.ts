import type { Arrival } from "./upstream.ts";
import { System } from "./system.ts";

interface TeamView {
  id: string;
  version: number;
  name: string;
  parentId: string | null;
  parentName: string | null;
}

describe("teams", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.close());

  const team = async (name: string, parentId: string | null = null) => {
    const { status, body } = await system.send<TeamView>("POST", "/v1/teams", { name, parentId });
    expect({ status, body }).toMatchObject({ status: 201 });
    return body;
  };
  const move = (id: string, parentId: string | null) => system.send("PATCH", `/v1/teams/${id}`, { parentId });
  const label = (id: string) => id.replaceAll("-", "");
  const pathOf = async (userId: string) => {
    const { rows } = await system.database.admin.query<{ team_path: string | null }>(
      "SELECT team_path FROM identity.app_user WHERE id = $1",
      [userId],
    );
    return rows[0]!.team_path;
  };

  it("are made, listed by name, renamed, deleted and restored, and tell of it", async () => {
    const east = await team("华东");
    const shanghai = await team("上海", east.id);
    expect(shanghai).toMatchObject({ parentId: east.id, parentName: "华东", version: 1 });
    expect((await system.send("PATCH", `/v1/teams/${east.id}`, { name: "East" })).body).toMatchObject({ version: 2 });
    const { body } = await system.send<{ data: TeamView[] }>("GET", "/v1/teams");
    expect(body.data.map(({ name }) => name)).toEqual(["East", "上海"]);
    expect((await system.send("DELETE", `/v1/teams/${shanghai.id}`)).status).toBe(204);
    expect((await system.send("POST", `/v1/teams/${shanghai.id}/restore`)).body).toMatchObject({ version: 3 });
    expect((await system.eventsOf(shanghai.id)).map(([type]) => type)).toEqual([
      "identity.team.created",
      "identity.team.deleted",
      "identity.team.restored",
    ]);
  });

  describe("the tree", () => {
    it("has no circle, and ten levels at most", async () => {
      const line = [await team("level 1")];
      for (let level = 2; level <= 10; level++) line.push(await team(`level ${level}`, line.at(-1)!.id));
      const circle = { status: 422, body: { code: "team.parent-circle" } };
      const deep = { status: 422, body: { code: "team.too-deep" } };
      expect(await move(line[0]!.id, line[9]!.id)).toMatchObject(circle);
      expect(await move(line[3]!.id, line[3]!.id)).toMatchObject(circle);
      expect(await system.send("POST", "/v1/teams", { name: "level 11", parentId: line[9]!.id })).toMatchObject(deep);
      const pair = await team("above");
      await team("below", pair.id);
      expect(await move(pair.id, line[8]!.id)).toMatchObject(deep);
      expect((await move(pair.id, line[7]!.id)).status).toBe(200);
    });

    it("stays a tree when two teams move below each other at once", async () => {
      const [one, two] = [await team("one"), await team("two")];
      const answers = await Promise.all([move(one.id, two.id), move(two.id, one.id)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
    });

    it("keeps a team that people or teams are in, and a team below a deleted one stays deleted", async () => {
      const upper = await team("upper");
      const lower = await team("lower", upper.id);
      const inUse = { status: 409, body: { code: "team.in-use" } };
      expect(await system.send("DELETE", `/v1/teams/${upper.id}`)).toMatchObject(inUse);
      const user = await system.invite({ teamId: lower.id });
      expect(await system.send("DELETE", `/v1/teams/${lower.id}`)).toMatchObject(inUse);
      await system.send("PATCH", `/v1/users/${user.id}`, { teamId: null });
      expect((await system.send("DELETE", `/v1/teams/${lower.id}`)).status).toBe(204);
      expect((await system.send("DELETE", `/v1/teams/${upper.id}`)).status).toBe(204);
      const orphan = { status: 409, body: { code: "team.parent-deleted" } };
      expect(await system.send("POST", `/v1/teams/${lower.id}/restore`)).toMatchObject(orphan);
    });
  });

  describe("people", () => {
    it("are in one team, by id or by name in another system", async () => {
      const external = { system: "hr", id: "T7" };
      const { body } = await system.send<TeamView>("POST", "/v1/teams", { name: "HR", externalIds: [external] });
      const user = await system.invite({ teamId: { externalId: external } });
      expect(user).toMatchObject({ teamId: body.id, teamName: "HR" });
      expect(await pathOf(user.id)).toBe(label(body.id));
      const unknown = { status: 422, body: { code: "reference.unknown", errors: [{ field: "teamId" }] } };
      expect(await system.send("PATCH", `/v1/users/${user.id}`, { teamId: user.id })).toMatchObject(unknown);
      expect((await system.send("PATCH", `/v1/users/${user.id}`, { teamId: null })).body.teamId).toBeNull();
      expect(await pathOf(user.id)).toBeNull();
    });

    it("move with their team, and with the teams above it; each is told of once", async () => {
      const [north, south] = [await team("north"), await team("south")];
      const city = await team("city", north.id);
      const street = await team("street", city.id);
      const [inCity, inStreet, inNorth] = [
        await system.invite({ teamId: city.id }),
        await system.invite({ teamId: street.id }),
        await system.invite({ teamId: north.id }),
      ];
      expect(await pathOf(inStreet.id)).toBe([north, city, street].map(({ id }) => label(id)).join("."));
      expect((await move(city.id, south.id)).status).toBe(200);
      expect(await pathOf(inCity.id)).toBe([south, city].map(({ id }) => label(id)).join("."));
      expect(await pathOf(inStreet.id)).toBe([south, city, street].map(({ id }) => label(id)).join("."));
      expect(await pathOf(inNorth.id)).toBe(label(north.id));
      expect(await system.eventsOf(inStreet.id)).toEqual([
        ["identity.user.invited", 1],
        ["identity.user.updated", 2],
      ]);
      expect(await system.eventsOf(inNorth.id)).toHaveLength(1);
      expect(await system.eventsOf(street.id)).toEqual([
        ["identity.team.created", 1],
        ["identity.team.updated", 2],
      ]);
      const { rows } = await system.database.admin.query("SELECT path FROM identity.team WHERE id = $1", [street.id]);
      expect(rows).toEqual([{ path: await pathOf(inStreet.id) }]);
      expect((await system.send("PATCH", `/v1/teams/${city.id}`, { name: "City" })).status).toBe(200);
      expect(await system.eventsOf(inStreet.id)).toHaveLength(2);
    });

    it("act from their new place with the next request", async () => {
      const [from, to] = [await team("from"), await team("to")];
      const user = await system.user();
      const placeAfter = async (patch: () => Promise<unknown>) => {
        await patch();
        await system.gateway.request("GET", "/v1/accounts", { token: user.accessToken });
        return (system.customer.arrivals.at(-1) as Arrival).who?.place;
      };
      const put = (teamId: string | null) => () => system.send("PATCH", `/v1/users/${user.id}`, { teamId });
      expect(await placeAfter(() => Promise.resolve())).toBeNull();
      expect(await placeAfter(put(from.id))).toEqual({ teamId: from.id, path: label(from.id) });
      expect(await placeAfter(() => move(from.id, to.id))).toEqual({
        teamId: from.id,
        path: `${label(to.id)}.${label(from.id)}`,
      });
      expect(await placeAfter(put(null))).toBeNull();
    });
  });

  it("days begin in the user's own time zone with the next request", async () => {
    const user = await system.user();
    const zoneAfter = async (timeZone: string | null) => {
      expect((await system.send("PATCH", `/v1/users/${user.id}`, { timeZone })).status).toBe(200);
      await system.gateway.request("GET", "/v1/accounts", { token: user.accessToken });
      return (system.customer.arrivals.at(-1) as Arrival).who?.timeZone;
    };
    expect(await zoneAfter("Asia/Shanghai")).toBe("Asia/Shanghai");
    expect(await zoneAfter("America/Sao_Paulo")).toBe("America/Sao_Paulo");
    expect(await zoneAfter(null)).toBeNull();
  });

  it("A11 no header or query parameter puts a caller into another team, or widens what he may do", async () => {
    const [own, other] = [await team("own"), await team("other")];
    const user = await system.user();
    await system.send("PATCH", `/v1/users/${user.id}`, { teamId: own.id });
    const headers = { "x-team-id": other.id, "x-place": label(other.id), "x-scope": "all", "x-user-id": other.id };
    for (const query of ["", `?teamId=${other.id}`, "?scope=all"]) {
      await system.gateway.request("GET", `/v1/accounts${query}`, { token: user.accessToken, headers });
      const { who } = system.customer.arrivals.at(-1) as Arrival;
      expect(who).toMatchObject({ actorId: user.id, place: { teamId: own.id, path: label(own.id) } });
      expect(who!.grants["customer.account.read"]).toBe("own");
    }
  });

  it("are changed by who may, and seen by everybody who has a role", async () => {
    const user = await system.user();
    const send = (method: string, path: string, body?: object) =>
      system.gateway.request(method, path, { token: user.accessToken, body });
    expect((await send("GET", "/v1/teams")).status).toBe(200);
    expect((await send("POST", "/v1/teams", { name: "mine" })).status).toBe(403);
  });

  it.each([{ name: "" }, { name: "x", parentId: "no-id" }, { name: "x", path: "a.b" }, { name: "x", ownerId: null }])(
    "A09 refuses %j",
    async (body) => {
      const { rows } = await system.database.admin.query("SELECT count(*) FROM identity.team");
      expect([400, 422]).toContain((await system.send("POST", "/v1/teams", body)).status);
      expect((await system.database.admin.query("SELECT count(*) FROM identity.team")).rows).toEqual(rows);
    },
  );
});
