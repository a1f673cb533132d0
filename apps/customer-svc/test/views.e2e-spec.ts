import type { Scope } from "@kehu/auth";
import { eventually, everything, publish, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type PageView, type View } from "./customer.ts";

interface Problem {
  code: string;
  detail: string;
  errors?: { field: string; code: string; message: string }[];
}

const NORTH = { teamId: randomUUID(), path: "" };
NORTH.path = NORTH.teamId.replaceAll("-", "");
const SOUTH = { teamId: randomUUID(), path: "" };
SOUTH.path = SOUTH.teamId.replaceAll("-", "");

/** Reads accounts, writes them, and has no other permission. */
const reader = (place = NORTH, more: Record<string, Scope> = {}): TestCaller => ({
  id: randomUUID(),
  grants: { "customer.account.read": "all", "customer.account.write": "own", ...more },
  place,
});
const SHARING = { "customer.view.share": "all" } as const;

let customer: Customer;
const send = <B = Problem>(as: TestCaller, method: string, path: string, body?: object, headers = {}) =>
  customer.service.request<B>(as, method, `/v1/accounts${path}`, { body, headers });

async function aView(as: TestCaller, body: object = {}): Promise<View> {
  const made = await send<View>(as, "POST", "/views", { name: "View", ...body });
  expect({ status: made.status, body: made.body }).toMatchObject({ status: 201 });
  return made.body;
}
const namesOf = async (as: TestCaller, query = "") =>
  (await send<PageView>(as, "GET", `/views${query}`)).body.data.map(({ name }) => name);

async function isIn(caller: TestCaller, place: typeof NORTH, version = 1): Promise<void> {
  const state = { id: caller.id, name: "Somebody", teamId: place.teamId, teamPath: place.path };
  await publish(customer.database, "identity.user.updated", state, version);
  await eventually(async () => {
    const { rows } = await customer.database.admin.query(
      "SELECT 1 FROM customer.user_copy WHERE id = $1 AND team_id = $2",
      [caller.id, place.teamId],
    );
    expect(rows).toHaveLength(1);
  });
}

beforeAll(async () => {
  customer = await startCustomer();
});
afterAll(() => customer.close());

const WHERE = {
  and: [
    { field: "industry", op: "in", value: ["软件", "Software"] },
    { not: { field: "ownerId", value: randomUUID() } },
  ],
};

describe("POST /v1/accounts/views", () => {
  it("saves a view and tells of it; replayed it is one view", async () => {
    const li = reader();
    const body = {
      name: "华东客户",
      where: WHERE,
      q: "华星",
      fields: ["name", "industry"],
      sort: ["-createdAt", "name"],
    };
    const made = await send<View>(li, "POST", "/views", body, { "idempotency-key": "v-1" });
    const { id } = made.body;
    expect(made.headers.get("location")).toBe(`/v1/accounts/views/${id}`);
    expect(made).toMatchObject({
      status: 201,
      body: { ...body, resource: "accounts", visibility: "private", isDefault: false, ownerId: li.id, version: 1 },
    });
    expect((await send<View>(li, "POST", "/views", body, { "idempotency-key": "v-1" })).body).toEqual(made.body);
    expect((await send(li, "GET", `/views/${id}`)).body).toEqual(made.body);
    expect(await customer.eventsOf(id)).toEqual([["customer.view.created", 1, expect.any(Array)]]);
  });

  it.each<[string, object, number, string, string]>([
    [
      "an unknown field in where",
      { where: { or: [{ field: "colour", value: 1 }] } },
      400,
      "where",
      "filter.unknown-field",
    ],
    [
      "an operator that the field has not",
      { where: { field: "ownerId", op: "gt", value: 1 } },
      400,
      "where",
      "filter.unknown-operator",
    ],
    [
      "a value that does not fit",
      { where: { field: "createdAt", op: "gte", value: "soon" } },
      400,
      "where",
      "filter.invalid-value",
    ],
    ["no tree", { where: { x: 1 } }, 400, "where", "filter.invalid"],
    ["an unknown field in sort", { sort: ["-colour"] }, 400, "sort", "sort.unknown-field"],
    ["an unknown field in fields", { fields: ["name", "colour"] }, 400, "fields", "fields.unknown"],
    ["a blank q", { q: " " }, 400, "q", "query.invalid"],
    [
      "a filter of many characters",
      { where: { field: "name", op: "in", value: Array.from({ length: 190 }, () => "x".repeat(120)) } },
      422,
      "where",
      "view.too-large",
    ],
    ["no name", { name: " " }, 422, "name", "field.required"],
    ["an unknown visibility", { visibility: "world" }, 422, "visibility", "field.vocabulary"],
    ["a property that is none", { resource: "contacts" }, 400, "resource", "field.unknown"],
  ])("refuses %s", async (_, body, status, field, code) => {
    const answer = await send(customer.admin, "POST", "/views", { name: "View", ...body });
    expect(answer).toMatchObject({ status, body: { errors: [{ field, code }] } });
  });

  it("names the field that there is not", async () => {
    const { body } = await send(reader(), "POST", "/views", { name: "V", where: { field: "custom.none", value: "x" } });
    expect(body.errors).toEqual([
      { field: "where", code: "filter.unknown-field", message: "There is no field custom.none." },
    ]);
  });

  it.each<[string, object, string]>([
    ["an e-mail address", { where: { field: "email", value: "wang.wei@example.com" } }, "where"],
    ["a name", { where: { not: { field: "lastName", op: "startsWith", value: "王" } } }, "where"],
    ["a text of the company's own", { where: { field: "custom.nick", value: "小王" } }, "where"],
    ["an address", { q: "wang.wei@example.com" }, "q"],
    ["an address of full-width letters", { q: "ｗａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ" }, "q"],
    ["a number among words", { q: "李四 13800138000" }, "q"],
    ["a number of full-width digits", { q: "１３８００１３８０００" }, "q"],
  ])("keeps nothing that says who somebody is: %s", async (_, body, field) => {
    const contacts = <B = Problem>(path: string, sent: object) =>
      customer.service.request<B>(customer.admin, "POST", `/v1/contacts/${path}`, { body: sent });
    await contacts("fields", { name: "nick", type: "text", label: { en: "Nick", zh: "昵称" } });
    const answer = await contacts("views", { name: "V", ...body });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field, code: "view.personal" }] } });
    const fine = { name: "V", where: { field: "email", op: "isNull", value: false }, sort: ["lastName"] };
    expect((await contacts("views", fine)).status).toBe(201);
  });

  it("lets nobody show a view to others who may not share views", async () => {
    const li = reader();
    for (const visibility of ["team", "everyone"]) {
      const answer = await send(li, "POST", "/views", { name: "V", visibility });
      expect(answer).toMatchObject({
        status: 403,
        body: { code: "permission.denied", detail: expect.stringContaining("customer.view.share") },
      });
    }
    const { id } = await aView(li);
    expect((await send(li, "PATCH", `/views/${id}`, { visibility: "team" })).status).toBe(403);
    const shared = await aView({ ...li, grants: { ...li.grants, ...SHARING } }, { visibility: "everyone" });
    const path = `/views/${shared.id}`;
    expect((await send(li, "PATCH", path, { name: "W" })).status).toBe(403);
    expect((await send(li, "DELETE", path)).status).toBe(204);
    expect((await send(li, "POST", `${path}/restore`)).status).toBe(403);
  });

  it("saves at most 200 of a resource, also where two are saved at once", async () => {
    const li = reader();
    await customer.database.admin.query(
      `INSERT INTO customer.saved_view (id, version, owner_id, created_at, updated_at, external_ids, resource, name, visibility, is_default)
       SELECT gen_random_uuid(), 1, $1, now(), now(), '[]', 'accounts', 'V', 'private', false FROM generate_series(1, 198)`,
      [li.id],
    );
    const { id } = await aView(li);
    await send(li, "DELETE", `/views/${id}`);
    const answers: Awaited<ReturnType<typeof send<Problem>>>[] = [];
    const { admin } = customer.database;
    const holder = await admin.connect();
    try {
      // All come as far as they can before the first of them is stored.
      await holder.query("BEGIN; LOCK TABLE customer.saved_view IN SHARE MODE");
      const sent = Array.from({ length: 4 }, () => send(li, "POST", "/views", { name: "V" }));
      await eventually(async () => {
        const { rows } = await admin.query("SELECT 1 FROM pg_locks WHERE NOT granted");
        expect(rows.length).toBeGreaterThanOrEqual(4);
      });
      await holder.query("COMMIT");
      answers.push(...(await Promise.all(sent)));
    } finally {
      holder.release(true);
    }
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(answers.find(({ status }) => status === 422)!.body.code).toBe("view.too-many");
    expect(await send(li, "POST", `/views/${id}/restore`)).toMatchObject({
      status: 422,
      body: { code: "view.too-many" },
    });
  });
});

describe("GET /v1/accounts/views", () => {
  it("shows one's own, the team's and everyone's, and none of other resources", async () => {
    const [li, wang, zhao] = [reader(NORTH, SHARING), reader(NORTH), reader(SOUTH)];
    for (const one of [li, wang]) await isIn(one, NORTH);
    await isIn(zhao, SOUTH);
    const made: Record<string, string> = {};
    for (const visibility of ["private", "team", "everyone"])
      made[visibility] = (await aView(li, { name: `li ${visibility}`, visibility })).id;
    await customer.service.request(customer.admin, "POST", "/v1/tasks/views", {
      body: { name: "li tasks", visibility: "everyone" },
    });
    const seen = async (as: TestCaller) =>
      (await namesOf(as, "?sort=name")).filter((name) => String(name).startsWith("li "));
    expect(await seen(li)).toEqual(["li everyone", "li private", "li team"]);
    expect(await seen(wang)).toEqual(["li everyone", "li team"]);
    expect(await seen(zhao)).toEqual(["li everyone"]);
    expect(await seen(customer.admin)).toEqual(["li everyone"]);
    expect(await seen({ ...li, actorType: "api-key" })).toHaveLength(3);
    for (const path of ["", "/history", "/records"]) {
      const statuses = await Promise.all(
        [wang, zhao, customer.admin].flatMap((as) =>
          ["private", "team", "everyone"].map((one) => send(as, "GET", `/views/${made[one]}${path}`)),
        ),
      );
      expect(statuses.map(({ status }) => status)).toEqual([404, 200, 200, 404, 404, 200, 404, 404, 200]);
    }
    await isIn(li, SOUTH, 2);
    expect(await seen(wang)).toEqual(["li everyone"]);
    expect(await seen(zhao)).toEqual(["li everyone", "li team"]);
  });

  it("is filtered and paged, and keeps other resources out of an OR as well", async () => {
    const li = reader();
    for (const name of ["A", "B", "C"]) await aView(li, { name });
    await customer.service.request({ ...li, grants: everything("all") }, "POST", "/v1/tasks/views", {
      body: { name: "T" },
    });
    const own = `filter[ownerId]=${li.id}&sort=name`;
    expect(await namesOf(li, `?${own}`)).toEqual(["A", "B", "C"]);
    const { body } = await send<PageView>(li, "GET", `/views?${own}&limit=2&count=exact`);
    expect(body.page).toMatchObject({ hasMore: true, total: 3 });
    expect(await namesOf(li, `?${own}&limit=2&cursor=${body.page.nextCursor}`)).toEqual(["C"]);
    expect(await namesOf(li, `?${own}&filter[resource]=tasks`)).toEqual([]);
  });
});

describe("PATCH, DELETE /v1/accounts/views/:id", () => {
  it("is its owner's: others who see it are refused, all others find nothing", async () => {
    const [li, wang] = [reader(NORTH, SHARING), reader(NORTH, SHARING)];
    const shown = await aView(li, { visibility: "everyone" });
    const hidden = await aView(li);
    for (const [method, path, body] of [
      ["PATCH", "", { name: "W" }],
      ["DELETE", ""],
      ["POST", "/restore"],
    ] as const) {
      for (const as of [wang, customer.admin]) {
        expect(await send(as, method, `/views/${shown.id}${path}`, body)).toMatchObject({
          status: 403,
          body: { code: "record.not-writable" },
        });
        expect((await send(as, method, `/views/${hidden.id}${path}`, body)).status).toBe(404);
      }
      expect(
        (
          await customer.service.request(
            { ...li, grants: everything("all") },
            method,
            `/v1/tasks/views/${hidden.id}${path}`,
            { body },
          )
        ).status,
      ).toBe(404);
    }
    expect((await send(li, "GET", `/views/${shown.id}`)).body).toMatchObject({ name: "View", version: 1 });
  });

  it("changes, deletes and restores it, each with event and history", async () => {
    const li = reader(NORTH, SHARING);
    const { id } = await aView(li, { where: WHERE, visibility: "everyone" });
    const path = `/views/${id}`;
    const patch = { name: "Newer", where: null, fields: ["name"] };
    expect((await send(li, "PATCH", path, patch)).body).toMatchObject({ ...patch, visibility: "everyone", version: 2 });
    expect((await send(li, "PATCH", path, patch)).body).toMatchObject({ version: 2 });
    expect((await send(li, "PATCH", path, { sort: ["colour"] })).status).toBe(400);
    expect((await send(li, "PATCH", path, { name: "X" }, { "if-match": '"1"' })).status).toBe(412);
    expect((await send(li, "DELETE", path)).status).toBe(204);
    for (const part of ["", "/records"]) expect((await send(li, "GET", path + part)).status).toBe(404);
    expect((await send(li, "PATCH", path, { name: "X" })).status).toBe(404);
    expect((await send(li, "POST", `${path}/restore`)).body).toMatchObject({ name: "Newer", version: 4 });
    expect((await customer.eventsOf(id)).map(([type]) => type)).toEqual([
      "customer.view.created",
      "customer.view.updated",
      "customer.view.deleted",
      "customer.view.restored",
    ]);
    const { body } = await send<{ data: { event: string; field: string; before: unknown }[] }>(
      li,
      "GET",
      `${path}/history`,
    );
    expect(body.data).toContainEqual(expect.objectContaining({ field: "where", before: WHERE }));
  });

  it("is the default instead of another one, also where two become it at once", async () => {
    const li = reader();
    const [first, second, third] = [await aView(li, { isDefault: true }), await aView(li), await aView(li)];
    await Promise.all([second, third].map(({ id }) => send(li, "PATCH", `/views/${id}`, { isDefault: true })));
    const defaults = async () =>
      (await send<PageView>(li, "GET", `/views?filter[isDefault]=true&filter[ownerId]=${li.id}`)).body.data.map(
        ({ id }) => id,
      );
    expect(await defaults()).toHaveLength(1);
    expect(await defaults()).not.toContain(first.id);
    const fourth = await aView(li, { isDefault: true });
    expect(await defaults()).toEqual([fourth.id]);
    expect((await customer.eventsOf(first.id)).map(([type, , changed]) => [type, changed]).at(-1)).toEqual([
      "customer.view.updated",
      ["isDefault"],
    ]);
  });
});

describe("GET /v1/accounts/views/:id/records", () => {
  const industry = `Views-${randomUUID()}`;
  const find = { field: "industry", op: "eq", value: industry };
  const owner = { ...reader(NORTH, SHARING), grants: everything("all") };

  beforeAll(async () => {
    for (const name of ["B", "A", "C"]) await customer.create("accounts", { name, industry }, owner);
  });

  it("runs it as it was saved, page by page", async () => {
    const { id } = await aView(owner, { where: find, sort: ["name"], fields: ["name"] });
    const first = await send<PageView>(owner, "GET", `/views/${id}/records?limit=2`);
    expect(first.body.data.map(({ name, ...rest }) => [name, Object.keys(rest)])).toEqual([
      ["A", ["id"]],
      ["B", ["id"]],
    ]);
    const next = await send<PageView>(
      owner,
      "GET",
      `/views/${id}/records?limit=2&cursor=${first.body.page.nextCursor}`,
    );
    expect(next.body.data.map(({ name }) => name)).toEqual(["C"]);
    expect(await send(owner, "GET", `/views/${id}/records?cursor=x`)).toMatchObject({
      status: 400,
      body: { code: "cursor.invalid" },
    });
    expect(await send(owner, "GET", `/views/${id}/records?sort=name`)).toMatchObject({
      status: 400,
      body: { code: "query.invalid" },
    });
  });

  it("shows each caller what he reaches, and as he sees it", async () => {
    const { id } = await aView(owner, { where: find, visibility: "everyone" });
    const near: TestCaller = { ...reader(), grants: { "customer.account.read": "own" } };
    expect((await send<PageView>(near, "GET", `/views/${id}/records`)).body.data).toEqual([]);
    await customer.create("accounts", { name: "Mine", industry }, { ...near, grants: everything("own") });
    expect((await send<PageView>(near, "GET", `/views/${id}/records`)).body.data.map(({ name }) => name)).toEqual([
      "Mine",
    ]);
    const closed: TestCaller = { ...reader(), fieldRules: { "customer.account": { website: "hidden" } } };
    const { body } = await send<PageView>(closed, "GET", `/views/${id}/records`);
    expect(body.data).toHaveLength(4);
    expect(body.data[0]).not.toHaveProperty("website");
  });

  it("A23 injection: what is saved and run stays text", async () => {
    const value = `x' OR 1=1 --"${randomUUID()}`;
    await customer.create("accounts", { name: value, industry: value }, owner);
    const where = { field: "industry", op: "eq", value };
    const { id } = await aView(owner, { name: value, where, q: value.slice(-36) });
    const { body } = await send<PageView>(owner, "GET", `/views/${id}/records`);
    expect(body.data.map(({ name }) => name)).toEqual([value]);
    for (const name of ["name; DROP TABLE account", "t.name", "constructor", "__proto__"])
      for (const part of [{ sort: [name] }, { fields: [name] }, { where: { field: name, value: "x" } }])
        expect((await send(owner, "POST", "/views", { name: "V", ...part })).status).toBe(400);
  });

  it.each<[string, object]>([
    ["where", { where: { or: [find, { field: "website", op: "isNull", value: true }] } }],
    ["fields", { fields: ["name", "website"] }],
    ["sort", { sort: ["-website"] }],
  ])("says what of %s is hidden from the caller, and shows nothing", async (field, view) => {
    const { id } = await aView(owner, { ...view, visibility: "everyone" });
    const closed: TestCaller = { ...reader(), fieldRules: { "customer.account": { website: "hidden" } } };
    const answer = await send(closed, "GET", `/views/${id}/records`);
    expect(answer).toMatchObject({
      status: 409,
      body: { code: "view.outdated", errors: [{ field, message: "There is no field website." }] },
    });
    expect(answer.body).not.toHaveProperty("data");
    expect((await send(owner, "GET", `/views/${id}/records`)).status).toBe(200);
  });

  it("says which field was retired, and runs again when it is back", async () => {
    const define = { name: "tier", type: "text", label: { en: "Tier", zh: "等级" } };
    await send(customer.admin, "POST", "/fields", define);
    await customer.create("accounts", { name: "Tiered", custom: { tier: "gold" } });
    const { id } = await aView(owner, {
      where: { field: "custom.tier", value: "gold" },
      sort: ["custom.tier"],
      fields: ["custom.tier"],
    });
    const run = () => send<PageView & Problem>(owner, "GET", `/views/${id}/records`);
    expect((await run()).body.data).toHaveLength(1);
    await send(customer.admin, "DELETE", "/fields/tier");
    const { status, body } = await run();
    expect([status, body.code, body.errors!.map(({ field }) => field)]).toEqual([
      409,
      "view.outdated",
      ["where", "fields", "sort"],
    ]);
    await send(customer.admin, "POST", "/fields/tier/restore");
    expect((await run()).body.data).toHaveLength(1);
  });
});
