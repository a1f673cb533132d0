import { newSecret } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { ROLES, System, type UserView } from "./system.ts";
import { DOCUMENT, startUpstream, type Upstream } from "./upstream.ts";

interface Answer {
  allowed: unknown;
  code: string;
  detail: string;
  [field: string]: unknown;
}

const READ = "customer.account.read";

describe("GET /v1/users/:id/permissions/explain", () => {
  let system: System;
  let sales: Upstream;
  let clerk: UserView & { accessToken: string };

  beforeAll(async () => {
    sales = await startUpstream("sales", newSecret());
    const paths = { "/v1/leads/{id}": { get: { responses: {}, "x-permission": "sales.lead.read" } } };
    sales.document = { ...DOCUMENT, paths };
    system = await System.start(() => Promise.resolve([sales]));
    clerk = await system.user([ROLES.sales, ROLES.readOnly]);
  });
  afterAll(() => system.close());

  const explain = (query: string, id = clerk.id) =>
    system.send<Answer>("GET", `/v1/users/${id}/permissions/explain?${query}`);

  it("names the roles that decide, and how far they reach", async () => {
    expect(await explain(`permission=${READ}`)).toMatchObject({
      status: 200,
      body: {
        userId: clerk.id,
        allowed: true,
        reason: null,
        permission: READ,
        scope: "all",
        roles: [{ id: ROLES.readOnly, name: "Read-only" }],
        record: null,
      },
    });
    expect((await explain("permission=customer.account.write")).body).toMatchObject({
      allowed: true,
      scope: "own",
      roles: [{ id: ROLES.sales, name: "Sales" }],
    });
  });

  it("says why not: no role grants it, the user is suspended, or has not come yet", async () => {
    expect((await explain("permission=identity.user.write")).body).toMatchObject({
      allowed: false,
      reason: "no-role",
      scope: null,
      roles: [],
    });
    const leaver = await system.user([ROLES.sales]);
    await system.send("POST", `/v1/users/${leaver.id}/suspend`);
    expect((await explain(`permission=${READ}`, leaver.id)).body).toMatchObject({
      allowed: false,
      reason: "user-suspended",
      scope: "own",
    });
    const invited = await system.invite({ roleIds: [ROLES.sales] });
    expect((await explain(`permission=${READ}`, invited.id)).body).toMatchObject({
      allowed: false,
      reason: "user-invited",
    });
  });

  it("answers oneself, without a permission", async () => {
    const mine = await system.gateway.request<Answer>("GET", `/v1/me/permissions/explain?permission=${READ}`, {
      token: clerk.accessToken,
    });
    expect(mine).toMatchObject({ status: 200, body: { userId: clerk.id, allowed: true } });
    const nobody = await system.user([]);
    const ask = (path: string) => system.gateway.request<Answer>("GET", path, { token: nobody.accessToken });
    expect(await ask(`/v1/me/permissions/explain?permission=${READ}`)).toMatchObject({
      status: 200,
      body: { allowed: false, reason: "no-role" },
    });
    expect((await ask(`/v1/users/${clerk.id}/permissions/explain?permission=${READ}`)).status).toBe(403);
  });

  it.each([
    ["", "permission: Name"],
    ["permission=customer.acount.read", "permission: There is no"],
    ["permission=constructor", "permission: There is no"],
    [`permission=${READ}&record=accounts`, "record: <resource>/<id>"],
    [`permission=${READ}&record=accounts/7`, "record: <resource>/<id>"],
    [`permission=${READ}&record=/v1/accounts/${randomUUID()}`, "record: <resource>/<id>"],
    [`permission=${READ}&record=houses/${randomUUID()}`, "record: there is no such resource"],
    [`permission=${READ}&record=users/${randomUUID()}`, "record: there is no such resource"],
    [`permission=${READ}&record=tasks/${randomUUID()}`, "permission: it has nothing to do with tasks"],
    [`permission=${READ}&permission=${READ}`, "permission"],
    [`permission=${READ}&scope=all`, "There is no parameter scope"],
  ])("refuses %p", async (query, detail) => {
    const { status, body } = await explain(query);
    expect({ status, code: body.code, detail: body.detail }).toMatchObject({
      status: 400,
      code: "query.invalid",
      detail: expect.stringContaining(detail) as string,
    });
  });

  it("is absent for somebody who is not there, or is deleted", async () => {
    const gone = await system.invite();
    await system.send("DELETE", `/v1/users/${gone.id}`);
    expect((await explain(`permission=${READ}`, gone.id)).status).toBe(404);
    expect((await explain(`permission=${READ}`, randomUUID())).status).toBe(404);
  });

  it("answers 503 while the service of the record is away, and 404 where it knows no such record", async () => {
    const about = `permission=sales.lead.read&record=leads/${randomUUID()}`;
    expect(await explain(about)).toMatchObject({ status: 404, body: { code: "not-found" } });
    await sales.close();
    expect(await explain(about)).toMatchObject({ status: 503, body: { code: "service.unavailable" } });
  });
});
