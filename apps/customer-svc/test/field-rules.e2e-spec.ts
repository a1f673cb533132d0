import type { FieldAccess, FieldRules } from "@kehu/auth";
import { anAdministrator, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type View } from "./customer.ts";

const SECRET = "Aerospace-Marker-77";

describe("field rules", () => {
  let customer: Customer;
  let id: string;

  const under = (fieldRules: FieldRules): TestCaller => ({ ...anAdministrator(), fieldRules });
  const hiding = under({ "customer.account": { industry: "hidden" } });
  const reading = under({ "customer.account": { industry: "read-only" } });
  const send = (who: TestCaller, method: string, path: string, body?: object, headers = {}) =>
    customer.service.request<View>(who, method, `/v1/accounts${path}`, { body, headers });

  beforeAll(async () => {
    customer = await startCustomer();
    ({ id } = await customer.create("accounts", { name: "Huaxing", industry: "x", website: "huaxing.example" }));
    await customer.create("accounts", { name: "Other", industry: "Zzz" });
    await customer.service.request(customer.admin, "PATCH", `/v1/accounts/${id}`, {
      body: { industry: SECRET, website: "hx.example" },
    });
  });
  afterAll(() => customer.close());

  describe("a hidden field", () => {
    it("A08 is in no answer", async () => {
      const guest = randomUUID();
      await customer.database.admin.query("UPDATE customer.account SET collaborators = $1 WHERE id = $2", [
        JSON.stringify([{ type: "user", id: guest, access: "read" }]),
        id,
      ]);
      const answers = [
        await send(hiding, "GET", `/${id}`),
        await send(hiding, "GET", ""),
        await send(hiding, "GET", "?count=exact"),
        await send(hiding, "POST", "/search", {}),
        await send(hiding, "GET", `/${id}/history`),
        await send(hiding, "GET", "/fields"),
        await send(hiding, "PATCH", `/${id}`, { website: "huaxing.example" }),
        await send(hiding, "PATCH", `/${id}`, { website: "x.example" }, { "if-match": '"1"' }),
        await send(hiding, "POST", `/${id}/owner`, { ownerId: randomUUID() }),
        await send(hiding, "DELETE", `/${id}/collaborators/user/${guest}`),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 200, 412, 422, 200]);
      for (const { body } of answers) {
        expect(JSON.stringify(body)).not.toContain(SECRET);
        expect(JSON.stringify(body)).not.toContain("industry");
      }
      expect((await customer.get(`/v1/accounts/${id}`)).industry).toBe(SECRET);
    });

    it.each([
      "?sort=industry",
      "?sort=-industry",
      "?filter[industry]=x",
      "?filter[industry][startsWith]=Aero",
      "?filter[industry][isNull]=true",
      "?fields=industry",
    ])("A08 is no oracle: GET %s answers 400", async (query) => {
      const { status, body } = await send(hiding, "GET", query);
      expect({ status, body }).toMatchObject({ status: 400 });
      expect(body["allowed"]).not.toContain("industry");
    });

    it.each([
      { where: { not: { field: "industry", op: "eq", value: "x" } } },
      {
        where: {
          or: [
            { field: "name", value: "Huaxing" },
            { field: "industry", value: SECRET },
          ],
        },
      },
      { sort: ["industry"] },
      { fields: ["industry"] },
    ])("A08 is no oracle: a search with %j answers 400", async (body) => {
      expect((await send(hiding, "POST", "/search", body)).status).toBe(400);
    });

    it("cannot be set, as if it did not exist, and nothing is changed", async () => {
      const before = await customer.get(`/v1/accounts/${id}`);
      const unknown = { status: 400, body: { errors: [{ field: "industry", code: "field.unknown" }] } };
      expect(await send(hiding, "PATCH", `/${id}`, { name: "New", industry: "x" })).toMatchObject(unknown);
      expect(await send(hiding, "POST", "", { name: "New", industry: null })).toMatchObject(unknown);
      expect(await customer.get(`/v1/accounts/${id}`)).toEqual(before);
    });

    it("A10 stays as it is when what was seen is sent back", async () => {
      const seen = (await send(hiding, "GET", `/${id}`)).body;
      const { name, type, website, parentId } = seen;
      const answer = await send(hiding, "PATCH", `/${id}`, { name, type, website, parentId });
      expect(answer).toMatchObject({ status: 200, body: { version: seen.version } });
      expect((await customer.get(`/v1/accounts/${id}`)).industry).toBe(SECRET);
    });

    it("is not in a stored reply to a request of before the rule", async () => {
      const who = anAdministrator();
      const headers = { "idempotency-key": randomUUID() };
      const body = { name: "Once", industry: SECRET };
      expect((await send(who, "POST", "", body, headers)).body.industry).toBe(SECRET);
      // The rule refuses the body itself, so the key is sent again with the rule on another field's reply.
      const ruled = { ...who, fieldRules: { "customer.account": { website: "hidden" } } } as const;
      const again = await send(ruled, "POST", "", body, headers);
      expect(again).toMatchObject({ status: 201, body: { industry: SECRET } });
      expect(again.headers.get("idempotent-replayed")).toBe("true");
      expect(again.body).not.toHaveProperty("website");
    });

    it("hides the names beside references that it makes up", async () => {
      const contact = await customer.create("contacts", { lastName: "Li", accountId: id });
      const nameless = under({ "customer.account": { name: "hidden" } });
      const { body } = await customer.service.request<View>(nameless, "GET", `/v1/contacts/${contact.id}`);
      expect(body).toMatchObject({ lastName: "Li", accountId: id, accountName: null });
      expect((await send(nameless, "GET", `/${id}`)).body).not.toHaveProperty("name");
    });

    it("takes what shows it in another form along, and its source in timelines", async () => {
      const points = [{ kind: "email", value: "li@huaxing.example" }];
      const contact = await customer.create("contacts", { lastName: "Points", contactPoints: points, accountId: id });
      const task = { subject: SECRET, dueAt: "2026-05-01T00:00:00Z", links: [{ type: "account", id }] };
      await customer.create("tasks", task);
      const blind = under({
        "customer.contact": { contactPoints: "hidden" },
        "customer.task": { subject: "hidden" },
      });
      const get = (path: string, who = blind) => customer.service.request(who, "GET", path);
      const byEmail = "/v1/contacts?filter[email]=li@huaxing.example";
      expect((await get(byEmail, customer.admin)).status).toBe(200);
      expect((await get(byEmail)).status).toBe(400);
      expect((await get(`/v1/contacts/${contact.id}`)).body).not.toHaveProperty("contactPoints");
      const timeline = await get(`/v1/accounts/${id}/timeline`);
      expect(timeline.body).toMatchObject({ data: [{ type: "task" }] });
      expect(JSON.stringify(timeline.body)).not.toContain(SECRET);
      const timeless = under({ "customer.task": { dueAt: "hidden" } });
      expect((await get(`/v1/accounts/${id}/timeline`, timeless)).body).toMatchObject({ data: [] });
    });
  });

  describe("a read-only field", () => {
    it("is shown, filtered by, and described as such", async () => {
      expect((await send(reading, "GET", `/${id}`)).body.industry).toBe(SECRET);
      expect((await send(reading, "GET", `?filter[industry]=${SECRET}`)).status).toBe(200);
      const { body } = await send(reading, "GET", "/fields");
      expect(body).toMatchObject({
        data: expect.arrayContaining([
          expect.objectContaining({ name: "industry", readOnly: true }),
          expect.objectContaining({ name: "name", readOnly: false }),
        ]),
      });
    });

    it("cannot be set, alone or in bulk, and nothing is changed", async () => {
      const before = await customer.get(`/v1/accounts/${id}`);
      const refused = { status: 403, body: { code: "field.read-only", errors: [{ field: "industry" }] } };
      expect(await send(reading, "PATCH", `/${id}`, { name: "New", industry: "x" })).toMatchObject(refused);
      expect(await send(reading, "POST", "", { name: "New", industry: "x" })).toMatchObject(refused);
      const operations = [
        { op: "update", id, data: { industry: "x" } },
        { op: "update", id, data: { type: "partner" } },
      ];
      const { body } = await send(reading, "POST", "/bulk", { operations });
      expect(body).toMatchObject({
        results: [{ outcome: "failed", errors: [{ code: "field.read-only" }] }, { outcome: "updated" }],
      });
      expect(await customer.get(`/v1/accounts/${id}`)).toMatchObject({ name: before.name, industry: SECRET });
    });

    it("keeps a state from being moved", async () => {
      const task = await customer.create("tasks", { subject: "Call" });
      const still = under({ "customer.task": { status: "read-only" } });
      const done = await customer.service.request(still, "POST", `/v1/tasks/${task.id}/complete`);
      expect(done).toMatchObject({ status: 403, body: { code: "field.read-only" } });
      expect(await customer.get(`/v1/tasks/${task.id}`)).toEqual(expect.objectContaining({ version: 1 }));
    });
  });

  describe("a field of the company", () => {
    const ruled = (field: string, access: FieldAccess) => under({ "customer.account": { [field]: access } });

    beforeAll(async () => {
      const label = { en: "Region", zh: "地区" };
      const made = await send(customer.admin, "POST", "/fields", {
        name: "region",
        type: "text",
        label,
        required: true,
      });
      expect(made).toMatchObject({ status: 201 });
    });
    afterAll(() => send(customer.admin, "DELETE", "/fields/region"));

    it.each([
      ["custom.region", "hidden"],
      ["custom.region", "read-only"],
      ["custom", "hidden"],
      ["custom", "read-only"],
    ] as const)("that is required is not asked of whom %s: %s keeps from setting it", async (field, access) => {
      const who = ruled(field, access);
      expect((await send(who, "POST", "", { name: "New" })).status).toBe(201);
      const { body } = await send(who, "POST", "/bulk", { operations: [{ op: "create", data: { name: "New" } }] });
      expect(body).toMatchObject({ results: [{ outcome: "created" }] });
    });

    it.each(["custom.region", "custom"])("is described as read-only where %s is", async (field) => {
      const { body } = await send(ruled(field, "read-only"), "GET", "/fields");
      expect(body["data"]).toContainEqual(expect.objectContaining({ name: "custom.region", readOnly: true }));
    });

    it("that is required is asked of whom another one is closed to", async () => {
      const errors = [{ field: "custom.region", code: "field.required" }];
      expect(await send(reading, "POST", "", { name: "New" })).toMatchObject({ status: 422, body: { errors } });
    });
  });

  it("fields by which records are found and reached stay open, whatever a rule says", async () => {
    const odd = under({ "customer.account": { ownerId: "hidden", id: "hidden", version: "hidden" } });
    expect((await send(odd, "GET", `/${id}`)).body).toMatchObject({ id, version: expect.any(Number) });
  });
});
