import { DOCUMENT, type Arrival } from "./upstream.ts";
import { ROLES, System } from "./system.ts";

interface RoleView {
  id: string;
  version: number;
  fieldRules: Record<string, Record<string, string>>;
  code: string;
  errors: { field: string; message: string }[];
}

const GRANTS = { "customer.account.read": "all", "customer.account.write": "all" };

describe("field rules of roles", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.close());

  const make = (fieldRules: unknown, grants: object = GRANTS) =>
    system.send<RoleView>("POST", "/v1/roles", { name: "Clerk", grants, fieldRules });
  const role = async (fieldRules: object, grants: object = GRANTS) => {
    const { status, body } = await make(fieldRules, grants);
    expect({ status, body }).toMatchObject({ status: 201 });
    return body;
  };
  /** What the service behind the gateway is told of a caller. */
  const rulesOf = async (token: string) => {
    await system.gateway.request("GET", "/v1/accounts", { token });
    return (system.customer.arrivals.at(-1) as Arrival).who!.fieldRules;
  };

  it("go with each request to a service, of several roles the stricter", async () => {
    const roles = [
      await role({ "customer.account": { industry: "read-only", website: "hidden" } }),
      await role({ "customer.account": { industry: "hidden", website: "read-only" } }),
      await role({}),
    ];
    const user = await system.user(roles.map(({ id }) => id));
    expect(await rulesOf(user.accessToken)).toEqual({ "customer.account": { industry: "hidden", website: "hidden" } });
    const { body } = await system.gateway.request("GET", "/v1/me/permissions", { token: user.accessToken });
    expect(body["fieldRules"]).toEqual([
      expect.objectContaining({ field: "industry", access: "hidden", roles: [{ id: roles[1]!.id, name: "Clerk" }] }),
      expect.objectContaining({ field: "website", access: "hidden", roles: [{ id: roles[0]!.id, name: "Clerk" }] }),
    ]);
  });

  it("are changed by a merge patch, for the next request on", async () => {
    const made = await role({ "customer.account": { industry: "hidden", website: "hidden" } });
    const user = await system.user([made.id]);
    const patch = async (fieldRules: object) => {
      const answer = await system.send<RoleView>("PATCH", `/v1/roles/${made.id}`, { fieldRules });
      expect(answer.status).toBe(200);
      return rulesOf(user.accessToken);
    };
    expect(await patch({ "customer.account": { industry: "read-only", website: null } })).toEqual({
      "customer.account": { industry: "read-only" },
    });
    expect(await patch({ "customer.account": null })).toEqual({});
  });

  it("hold for an API key, too", async () => {
    const made = await role({ "customer.account": { industry: "hidden" } });
    const user = await system.user([made.id]);
    const body = { name: "ERP", grants: { "customer.account.read": "all" } };
    const key = await system.gateway.request("POST", "/v1/api-keys", { token: user.accessToken, body });
    expect(await rulesOf(key.body["key"] as string)).toEqual({ "customer.account": { industry: "hidden" } });
  });

  it("are not begun with a null", async () => {
    expect(
      (await role({ "customer.account": { industry: null, website: "hidden" }, "customer.acount": null })).fieldRules,
    ).toEqual({
      "customer.account": { website: "hidden" },
    });
  });

  it.each([
    [{ "customer.acount": { industry: "hidden" } }, "fieldRules.customer.acount"],
    [{ "customer.account": { indutsry: "hidden" } }, "fieldRules.customer.account.indutsry"],
    [{ "customer.account": { industry: "masked" } }, "fieldRules.customer.account.industry"],
    [{ "customer.account": "hidden" }, "fieldRules.customer.account"],
    [{ "customer.account": ["industry"] }, "fieldRules.customer.account"],
    [{ "customer.account": { ownerId: "hidden" } }, "fieldRules.customer.account.ownerId"],
    [{ "customer.account": { parentName: "hidden" } }, "fieldRules.customer.account.parentName"],
  ])("refuse %j, since a typing error would protect nothing", async (fieldRules, field) => {
    expect(await make(fieldRules)).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });

  describe("of fields that were retired since", () => {
    const HIDDEN = { "customer.account": { industry: "hidden", website: "hidden" } };
    const { Account: account, ...others } = DOCUMENT.components.schemas;
    const { website: _retired, ...left } = account.properties;
    const withoutWebsite = {
      ...DOCUMENT,
      components: { schemas: { ...others, Account: { ...account, properties: left } } },
    };
    const { "/v1/accounts/{id}": read, ...paths } = DOCUMENT.paths;
    const withoutAccounts = {
      ...DOCUMENT,
      paths: { ...paths, "/v1/notes/{id}": { get: { ...read.get, "x-permission": "customer.note.read" } } },
    };
    const patched = async (document: object, fieldRules: object) => {
      system.customer.document = DOCUMENT;
      const { id } = await role(HIDDEN);
      system.customer.document = document;
      return system.send<RoleView>("PATCH", `/v1/roles/${id}`, { fieldRules });
    };
    afterEach(() => {
      system.customer.document = DOCUMENT;
    });

    it.each([
      [
        "the field",
        withoutWebsite,
        { "customer.account": { website: null } },
        { "customer.account": { industry: "hidden" } },
      ],
      ["all fields", withoutWebsite, { "customer.account": null }, {}],
      ["those of a concept that is gone", withoutAccounts, { "customer.account": null }, {}],
      [
        "those of a concept that is gone, one by one",
        withoutAccounts,
        { "customer.account": { industry: null, website: null } },
        {},
      ],
    ])("are taken away with a null for %s", async (_what, document, fieldRules, left) => {
      const { status, body } = await patched(document, fieldRules);
      expect([status, body.fieldRules]).toEqual([200, left]);
    });

    it("may come back as they are with the whole form, but not as others", async () => {
      const form = { "customer.account": { industry: "read-only", website: "hidden" } };
      expect(await patched(withoutWebsite, form)).toMatchObject({ status: 200, body: { fieldRules: form } });
      expect(await patched(withoutAccounts, HIDDEN)).toMatchObject({ status: 200, body: { version: 1 } });
      expect(await patched(withoutWebsite, { "customer.account": { website: "read-only" } })).toMatchObject({
        status: 422,
        body: { errors: [{ field: "fieldRules.customer.account.website" }] },
      });
    });
  });

  describe("A21 nobody opens for others what is closed to him:", () => {
    let token: string;
    let own: RoleView;
    let strong: RoleView;
    const refused = { status: 403, body: { code: "role.beyond-own" } };
    const send = (method: string, path: string, body?: object) =>
      system.gateway.request<RoleView>(method, path, { token, body });

    beforeAll(async () => {
      const administration = {
        "identity.role.read": "all",
        "identity.role.write": "all",
        "identity.role.delete": "all",
      };
      const people = { "identity.user.read": "all", "identity.user.write": "all" };
      own = await role({ "customer.account": { industry: "hidden" } }, { ...GRANTS, ...administration, ...people });
      strong = await role({ "customer.account": { industry: "read-only" } });
      ({ accessToken: token } = await system.user([own.id]));
    });

    it("by making a role, or opening one", async () => {
      expect(await send("POST", "/v1/roles", { name: "x", grants: GRANTS })).toMatchObject(refused);
      const weaker = { "customer.account": { industry: "read-only" } };
      expect(await send("POST", "/v1/roles", { name: "x", grants: GRANTS, fieldRules: weaker })).toMatchObject(refused);
      const alike = { "customer.account": { industry: "hidden", website: "hidden" } };
      const made = await send("POST", "/v1/roles", { name: "x", grants: GRANTS, fieldRules: alike });
      expect(made.status).toBe(201);
      expect(await send("PATCH", `/v1/roles/${made.body.id}`, { fieldRules: weaker })).toMatchObject(refused);
      expect(await send("PATCH", `/v1/roles/${own.id}`, { fieldRules: { "customer.account": null } })).toMatchObject(
        refused,
      );
      const open = { "customer.account": { website: null } };
      expect((await send("PATCH", `/v1/roles/${made.body.id}`, { fieldRules: open })).status).toBe(200);
      const other = { name: "y", grants: { "identity.user.read": "all" } };
      expect((await send("POST", "/v1/roles", other)).status).toBe(201);
    });

    it("by giving a role, or restoring one", async () => {
      const user = await system.invite({ roleIds: [] });
      expect(await send("PATCH", `/v1/users/${user.id}`, { roleIds: [strong.id] })).toMatchObject(refused);
      expect((await send("PATCH", `/v1/users/${user.id}`, { roleIds: [own.id] })).status).toBe(200);
      await system.send("DELETE", `/v1/roles/${strong.id}`);
      expect(await send("POST", `/v1/roles/${strong.id}/restore`)).toMatchObject(refused);
    });
  });

  it("the built-in roles have none", async () => {
    const { body } = await system.send<RoleView>("GET", `/v1/roles/${ROLES.sales}`);
    expect(body.fieldRules).toEqual({});
  });
});
