import type { Arrival } from "./upstream.ts";
import { ROLES, System } from "./system.ts";

interface RoleView {
  id: string;
  version: number;
  key: string | null;
  name: string;
  grants: Record<string, string>;
  errors: { field: string; code: string }[];
}

describe("roles", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.close());

  const role = async (grants: Record<string, string>, name = "Team lead") => {
    const { status, body } = await system.send<RoleView>("POST", "/v1/roles", { name, grants, externalIds: [] });
    expect({ status, body }).toMatchObject({ status: 201 });
    return body;
  };
  /** What a user may do in the service behind the gateway. */
  const grantsOf = async (token: string) => {
    await system.gateway.request("GET", "/v1/own", { token });
    return (system.customer.arrivals.at(-1) as Arrival).who!.grants;
  };

  it("that a company makes for itself work like the built-in ones, from the next request on", async () => {
    const lead = await role({ "customer.account.read": "subtree", "customer.account.write": "team" }, "组长");
    expect(lead).toMatchObject({ key: null, name: "组长", version: 1 });
    const user = await system.user([lead.id]);
    expect(await grantsOf(user.accessToken)).toEqual({
      "customer.account.read": "subtree",
      "customer.account.write": "team",
    });
    const patch = { "customer.account.read": "own", "customer.account.delete": "own", "customer.account.write": null };
    await system.send("PATCH", `/v1/roles/${lead.id}`, { grants: patch });
    expect(await grantsOf(user.accessToken)).toEqual({
      "customer.account.read": "own",
      "customer.account.delete": "own",
    });
    expect((await system.eventsOf(lead.id)).map(([type]) => type)).toEqual([
      "identity.role.created",
      "identity.role.updated",
    ]);
  });

  it("of several roles the widest scope wins", async () => {
    const scopes = ["team", "own", "subtree"];
    const roles = await Promise.all(scopes.map((scope) => role({ "customer.account.read": scope }, scope)));
    const user = await system.user(roles.map(({ id }) => id));
    expect(await grantsOf(user.accessToken)).toEqual({ "customer.account.read": "subtree" });
    const { body } = await system.gateway.request<{ data: object[] }>("GET", "/v1/me/permissions", {
      token: user.accessToken,
    });
    const decides = { id: roles[2]!.id, name: "subtree" };
    expect(body).toEqual({
      place: null,
      fieldRules: [],
      data: [{ permission: "customer.account.read", scope: "subtree", roles: [decides] }],
    });
    expect((await system.send("GET", `/v1/users/${user.id}/permissions`)).body).toEqual(body);
    expect((await system.send("GET", `/v1/users/${decides.id}/permissions`)).status).toBe(404);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ "*": "all" }, "grants.*"],
    [{ "customer.account.raed": "all" }, "grants.customer.account.raed"],
    [{ "customer.account.read": "everything" }, "grants.customer.account.read"],
    [{ "customer.account.read": null }, "grants.customer.account.read"],
    [{ "identity.user.read": "team" }, "grants.identity.user.read"],
    [{ "operations.bus.read": "own" }, "grants.operations.bus.read"],
  ])("A21 refuses %j and names it", async (grants, field) => {
    const answer = await system.send<RoleView>("POST", "/v1/roles", { name: "x", grants });
    expect(answer).toMatchObject({ status: 422, body: { code: "request.invalid", errors: [{ field }] } });
  });

  it("built-in ones stay as they are", async () => {
    const refused = { status: 422, body: { code: "role.built-in" } };
    expect(await system.send("PATCH", `/v1/roles/${ROLES.sales}`, { grants: {} })).toMatchObject(refused);
    expect(await system.send("PATCH", `/v1/roles/${ROLES.sales}`, { name: "x" })).toMatchObject(refused);
    expect(await system.send("DELETE", `/v1/roles/${ROLES.sales}`)).toMatchObject(refused);
  });

  it("one that somebody has is not deleted; one that is deleted cannot be given", async () => {
    const held = await role({ "customer.account.read": "own" }, "held");
    const user = await system.invite({ roleIds: [held.id] });
    expect(await system.send("DELETE", `/v1/roles/${held.id}`)).toMatchObject({
      status: 409,
      body: { code: "role.in-use" },
    });
    await system.send("PATCH", `/v1/users/${user.id}`, { roleIds: [] });
    expect((await system.send("DELETE", `/v1/roles/${held.id}`)).status).toBe(204);
    expect((await system.send("PATCH", `/v1/users/${user.id}`, { roleIds: [held.id] })).body).toMatchObject({
      code: "reference.unknown",
    });
    expect((await system.send("POST", `/v1/roles/${held.id}/restore`)).status).toBe(200);
    expect((await system.send("PATCH", `/v1/users/${user.id}`, { roleIds: [held.id] })).status).toBe(200);
  });

  describe("A21 nobody grants more than he has", () => {
    const beyond = { status: 403, body: { code: "role.beyond-own" } };
    let token: string;
    let own: string;
    const send = (method: string, path: string, body?: object) =>
      system.gateway.request<RoleView>(method, path, { token, body });

    beforeAll(async () => {
      const clerk = await role(
        {
          "customer.account.read": "team",
          "identity.user.read": "all",
          "identity.user.write": "all",
          "identity.role.read": "all",
          "identity.role.write": "all",
          "identity.role.delete": "all",
        },
        "Clerk",
      );
      own = clerk.id;
      token = (await system.user([clerk.id])).accessToken;
    });

    it("by making or changing a role", async () => {
      expect(await send("POST", "/v1/roles", { name: "x", grants: { "sales.lead.read": "own" } })).toMatchObject(
        beyond,
      );
      const wider = { "customer.account.read": "subtree" };
      expect(await send("POST", "/v1/roles", { name: "x", grants: wider })).toMatchObject(beyond);
      const { status, body } = await send("POST", "/v1/roles", {
        name: "x",
        grants: { "customer.account.read": "team" },
      });
      expect(status).toBe(201);
      expect(await send("PATCH", `/v1/roles/${body.id}`, { grants: wider })).toMatchObject(beyond);
      expect(await send("PATCH", `/v1/roles/${own}`, { grants: wider })).toMatchObject(beyond);
      expect((await system.send<RoleView>("GET", `/v1/roles/${body.id}`)).body.version).toBe(1);
    });

    it("by restoring a role", async () => {
      const strong = await role({ "sales.lead.read": "all" }, "strong");
      await system.send("DELETE", `/v1/roles/${strong.id}`);
      expect(await send("POST", `/v1/roles/${strong.id}/restore`)).toMatchObject(beyond);
    });

    it("by giving a role to somebody, himself included", async () => {
      const { body: me } = await send("GET", "/v1/me");
      const user = await system.invite();
      const given = { roleIds: [ROLES.administrator] };
      expect(await send("POST", "/v1/users", { email: "a@kehu.example", lastName: "a", ...given })).toMatchObject(
        beyond,
      );
      expect(await send("PATCH", `/v1/users/${user.id}`, given)).toMatchObject(beyond);
      expect(await send("PATCH", `/v1/users/${me.id}`, { roleIds: [own, ROLES.manager] })).toMatchObject(beyond);
      const bulk = await system.gateway.request<{ results: object[] }>("POST", "/v1/users/bulk", {
        token,
        body: { operations: [{ op: "update", id: user.id, data: given }] },
      });
      expect(bulk.body.results).toMatchObject([{ outcome: "failed", errors: [{ code: "role.beyond-own" }] }]);
      expect((await send("PATCH", `/v1/users/${user.id}`, { roleIds: [own] })).status).toBe(200);
    });

    it("by the invitation of somebody who has more, or with his email", async () => {
      const strong = await system.invite({ roleIds: [ROLES.administrator] });
      const refused = { status: 403, body: { code: "user.beyond-own" } };
      expect(await send("POST", `/v1/users/${strong.id}/invitations`)).toMatchObject(refused);
      expect(await send("PATCH", `/v1/users/${strong.id}`, { email: "mine@kehu.example" })).toMatchObject(refused);
      const weak = await system.invite({ roleIds: [own] });
      expect((await send("POST", `/v1/users/${weak.id}/invitations`)).status).toBeLessThan(300);
      expect((await send("PATCH", `/v1/users/${weak.id}`, { email: "his@kehu.example" })).status).toBe(200);
    });

    it("but a user who has more may be changed in what he is called", async () => {
      const strong = await system.invite({ roleIds: [ROLES.sales] });
      const patch = { firstName: "Ada", roleIds: [ROLES.sales] };
      expect((await send("PATCH", `/v1/users/${strong.id}`, patch)).status).toBe(200);
    });
  });
});
