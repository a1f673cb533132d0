import { newSecret } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { ROLES, System, type UserView } from "./system.ts";
import { DOCUMENT, startUpstream } from "./upstream.ts";

interface Answer {
  id: string;
  code: string;
  allowed: string[];
  errors: { field: string; code: string }[];
  services: { service: string; status: string; resources: object[] }[];
  data: { id: string }[];
}

const write = { post: { responses: {}, "x-permission": "customer.account.write" } };
const LEAD = { get: { responses: {}, "x-permission": "sales.lead.read" } };
const OWNED = { ...DOCUMENT, paths: { ...DOCUMENT.paths, "/v1/accounts/{id}/owner": write } };

describe("POST /v1/users/:id/handover", () => {
  let system: System;
  let leaver: UserView;
  let heir: UserView;
  let team: string;

  beforeAll(async () => {
    const sales = await startUpstream("sales", newSecret());
    sales.document = { ...DOCUMENT, paths: { "/v1/leads/{id}": LEAD, "/v1/leads/{id}/owner": write } };
    system = await System.start((customer) => {
      customer.document = OWNED;
      return Promise.resolve([sales]);
    });
    await sales.close();
    leaver = await system.invite();
    heir = await system.invite();
    team = (await system.send("POST", "/v1/teams", { name: "华东" })).body.id;
  });
  afterAll(() => system.close());

  const handOver = (body: object, id = leaver.id, headers?: Record<string, string>) =>
    system.send<Answer>("POST", `/v1/users/${id}/handover`, body, headers);
  const rowsOf = async (id: string) =>
    (await system.database.admin.query<object>("SELECT * FROM identity.handover WHERE user_id = $1", [id])).rows;
  const refused = (field: string, code: string) => ({
    status: 422,
    body: { errors: [expect.objectContaining({ field, code })] },
  });

  it("is accepted, with an event in the same transaction, and can be followed", async () => {
    const one = await system.invite();
    const { status, body, headers } = await handOver({ toUserId: heir.id, resources: ["accounts"] }, one.id);
    expect({ status, body }).toMatchObject({
      status: 202,
      body: { userId: one.id, toUserId: heir.id, toTeamId: null, resources: ["accounts"] },
    });
    expect(headers.get("location")).toBe(`/v1/users/${one.id}/handovers/${body.id}`);
    const { rows } = await system.database.admin.query<{ event: { data: object } }>(
      "SELECT payload::json AS event FROM identity.outbox WHERE key = $1 AND type = 'identity.user.handed-over'",
      [one.id],
    );
    expect(rows).toMatchObject([
      { event: { data: { handoverId: body.id, toUserId: heir.id, toTeamId: null, resources: ["accounts"] } } },
    ]);
    const path = `/v1/users/${one.id}/handovers`;
    expect((await system.send<Answer>("GET", path)).body.data.map(({ id }) => id)).toEqual([body.id]);
    // This small service knows nothing of handovers, so it has told nothing either.
    expect(await system.send<Answer>("GET", `${path}/${body.id}`)).toMatchObject({
      status: 200,
      body: { id: body.id, done: false, services: [{ service: "customer", status: "unknown", resources: [] }] },
    });
  });

  it("goes to the pool of a team, or to a record's name in another system", async () => {
    expect(await handOver({ toTeamId: team })).toMatchObject({ status: 202, body: { toUserId: null, toTeamId: team } });
    const externalIds = [{ system: "hr", id: randomUUID() }];
    const named = await system.invite({ externalIds });
    const answer = await handOver({ toUserId: { externalId: externalIds[0] } });
    expect(answer).toMatchObject({ status: 202, body: { toUserId: named.id } });
  });

  it("names services that are away as unknown when it is only a preview, and stores nothing", async () => {
    const one = await system.invite();
    const preview = await handOver({ toUserId: heir.id, preview: true }, one.id);
    expect(preview).toMatchObject({
      status: 200,
      body: {
        services: [
          { service: "customer", status: "unknown", resources: [] },
          { service: "sales", status: "unknown", resources: [] },
        ],
      },
    });
    expect(await rowsOf(one.id)).toEqual([]);
    expect(await system.eventsOf(one.id)).toEqual([["identity.user.invited", 1]]);
  });

  it.each([true, false])("says what is wrong with the target and the resources (preview: %s)", async (preview) => {
    const one = await system.invite();
    const ask = (body: object) => handOver({ preview, ...body }, one.id);
    const gone = await system.invite();
    await system.send("DELETE", `/v1/users/${gone.id}`);
    const suspended = await system.user();
    await system.send("POST", `/v1/users/${suspended.id}/suspend`);
    expect(await ask({})).toMatchObject(refused("toUserId", "field.required"));
    expect(await ask({ toUserId: heir.id, toTeamId: team })).toMatchObject(refused("toUserId", "field.required"));
    expect(await ask({ toUserId: randomUUID() })).toMatchObject(refused("toUserId", "reference.unknown"));
    expect(await ask({ toUserId: gone.id })).toMatchObject(refused("toUserId", "reference.unknown"));
    expect(await ask({ toTeamId: randomUUID() })).toMatchObject(refused("toTeamId", "reference.unknown"));
    expect(await ask({ toUserId: suspended.id })).toMatchObject(refused("toUserId", "handover.target-suspended"));
    expect(await ask({ toUserId: one.id })).toMatchObject(refused("toUserId", "handover.same-user"));
    expect(await ask({ toUserId: heir.id, resources: ["accounts", "acounts", "tasks"] })).toMatchObject({
      status: 422,
      body: { errors: [{ field: "resources.1" }, { field: "resources.2" }], allowed: ["accounts", "leads"] },
    });
    expect(await ask({ toUserId: heir.id, resources: [] })).toMatchObject(refused("resources", "field.range"));
    expect(await ask({ toUserId: null })).toMatchObject(refused("toUserId", "field.required"));
    expect(await ask({ toUserId: heir.id, all: true })).toMatchObject({ status: 400 });
    expect(await handOver({ preview, toUserId: heir.id }, randomUUID())).toMatchObject({ status: 404 });
    expect(await handOver({ preview, toUserId: heir.id }, gone.id)).toMatchObject({ status: 404 });
    expect(await rowsOf(one.id)).toEqual([]);
  });

  it("is made once for one Idempotency-Key", async () => {
    const one = await system.user();
    await system.send("POST", `/v1/users/${one.id}/suspend`);
    const key = { "idempotency-key": randomUUID() };
    const first = await handOver({ toUserId: heir.id }, one.id, key);
    const again = await handOver({ toUserId: heir.id }, one.id, key);
    expect([first.status, again.status, again.headers.get("idempotent-replayed")]).toEqual([202, 202, "true"]);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("location")).toBe(first.headers.get("location"));
    expect(await rowsOf(one.id)).toHaveLength(1);
    expect(await handOver({ toTeamId: team }, one.id, key)).toMatchObject({
      body: { code: "idempotency.body-differs" },
    });
  });

  it("A21 is for administrators, and for roles that hold the permission for everything", async () => {
    const manager = await system.user([ROLES.manager]);
    const { body: role } = await system.send("POST", "/v1/roles", {
      name: "Personnel",
      grants: { "identity.user.read": "all", "identity.user.handover": "all", "identity.team.read": "all" },
    });
    const personnel = await system.user([role.id]);
    const ask = (token: string, method = "POST", path = "handover") =>
      system.gateway.request("POST" === method ? "POST" : "GET", `/v1/users/${leaver.id}/${path}`, {
        token,
        ...(method === "POST" && { body: { toTeamId: team } }),
      });
    expect(await ask(manager.accessToken)).toMatchObject({ status: 403, body: { code: "permission.denied" } });
    expect(await ask(manager.accessToken, "GET", "handovers")).toMatchObject({ status: 403 });
    expect(await ask(personnel.accessToken)).toMatchObject({ status: 202 });
    expect(
      await system.send("POST", "/v1/roles", { name: "Less", grants: { "identity.user.handover": "team" } }),
    ).toMatchObject({ status: 422 });
  });

  it("is followed after the user is deleted, and under his own id only", async () => {
    const [one, other] = [await system.invite(), await system.invite()];
    const { body } = await handOver({ toUserId: heir.id }, one.id);
    await system.send("DELETE", `/v1/users/${one.id}`);
    expect((await system.send("GET", `/v1/users/${one.id}/handovers`)).status).toBe(200);
    expect((await system.send("GET", `/v1/users/${one.id}/handovers/${body.id}`)).status).toBe(200);
    expect((await system.send("GET", `/v1/users/${other.id}/handovers/${body.id}`)).status).toBe(404);
    expect((await system.send("GET", `/v1/users/${randomUUID()}/handovers`)).status).toBe(404);
  });
});
