import type { FieldRules, Scope } from "@kehu/auth";
import { anAdministrator, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type View } from "./customer.ts";

const MAIL = "quorn-marker@huaxing.example";
const PHONE = "+8613800135577";
const POINTS = [
  { kind: "email", value: MAIL, primary: true },
  { kind: "phone", value: PHONE, primary: true },
];
const SEALED = ["contactPoints", "email", "phone", "emailDomain", "phoneEnding"];

describe("what is encrypted in contacts, for an API key", () => {
  let customer: Customer;
  let id: string;

  const key: TestCaller = { ...anAdministrator(), actorType: "api-key" };
  const send = (who: TestCaller, method: string, path: string, body?: object, headers = {}) =>
    customer.service.request<View>(who, method, path, { body, headers });
  const contacts = (method: string, path: string, body?: object, headers = {}) =>
    send(key, method, `/v1/contacts${path}`, body, headers);

  beforeAll(async () => {
    customer = await startCustomer();
    ({ id } = await customer.create("contacts", { lastName: "王", contactPoints: [POINTS[0]] }));
    await send(customer.admin, "PATCH", `/v1/contacts/${id}`, { contactPoints: POINTS });
  });
  afterAll(() => customer.close());

  it("A06 is in no ordinary answer, whatever the key holds", async () => {
    const idempotent = { "idempotency-key": randomUUID() };
    const answers = [
      await contacts("GET", `/${id}`),
      await contacts("GET", "?count=exact"),
      await contacts("POST", "/search", {}),
      await contacts("GET", `/${id}/history`),
      await contacts("GET", "/fields"),
      await contacts("GET", `/${id}/timeline`),
      await contacts("PATCH", `/${id}`, { title: "Buyer" }),
      await contacts("PATCH", `/${id}`, { title: "Buyer" }, { "if-match": '"1"' }),
      await contacts("POST", "", { lastName: "李", contactPoints: POINTS }, idempotent),
      await contacts("POST", "", { lastName: "李", contactPoints: POINTS }, idempotent),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 200, 412, 201, 201]);
    for (const { body } of answers) {
      const text = JSON.stringify(body);
      for (const shown of [MAIL, PHONE, ...SEALED.map((name) => `"${name}"`)]) expect(text).not.toContain(shown);
    }
    expect(answers[0]!.body).toMatchObject({ lastName: "王" });
  });

  it.each([
    "fields=contactPoints",
    `filter[email]=${MAIL}`,
    `filter[phone]=${encodeURIComponent(PHONE)}`,
    "filter[emailDomain]=huaxing.example",
    "filter[phoneEnding]=0135577",
    "filter[email][isNull]=false",
  ])("A08 is no oracle: GET /v1/contacts?%s answers 400", async (query) => {
    expect(await contacts("GET", `?${query}`)).toMatchObject({ status: 400 });
    const people = await send(customer.admin, "GET", `/v1/contacts?${query}`);
    expect(people.status).toBe(200);
  });

  it.each([MAIL, PHONE, "+86 138 0013 5577"])(
    "A08 is no oracle: q=%s finds nobody, whom people find by it",
    async (q) => {
      const path = `?q=${encodeURIComponent(q)}`;
      expect((await send(customer.admin, "GET", `/v1/contacts${path}`)).body["data"]).not.toEqual([]);
      expect(await contacts("GET", path)).toMatchObject({ status: 200, body: { data: [] } });
      expect(await contacts("POST", "/search", { q })).toMatchObject({ status: 200, body: { data: [] } });
    },
  );

  it("is set by the key all the same, alone and in bulk, and people see it", async () => {
    const { body } = await contacts("POST", "", { lastName: "赵", contactPoints: POINTS });
    expect(await customer.get(`/v1/contacts/${body.id}`)).toMatchObject({ contactPoints: POINTS });
    const data = { contactPoints: [POINTS[0]] };
    const bulk = await contacts("POST", "/bulk", { operations: [{ op: "update", id: body.id, data }] });
    expect(bulk.body["results"]).toMatchObject([{ outcome: "updated" }]);
    expect(await customer.get(`/v1/contacts/${body.id}`)).toMatchObject(data);
  });

  it("of an interaction its text stays to be seen: only what speaks of one person is encrypted", async () => {
    const call = { kind: "note", occurredAt: new Date(0), body: "asked for a quote" };
    expect(await customer.create("interactions", call, key)).toMatchObject({ body: "asked for a quote" });
  });

  describe("POST /internal/contacts/:id/reveal", () => {
    const reveal = (who: TestCaller, of = id) => send(who, "POST", `/internal/contacts/${of}/reveal`);
    const holding = (read: Scope, shown: Scope, more: Partial<TestCaller> = {}): TestCaller => ({
      ...key,
      ...more,
      grants: { "customer.contact.read": read, "customer.contact.reveal": shown },
    });

    it("shows the contact points, to keys and people who hold the permission", async () => {
      const shown = { status: 200, body: { contactPoints: POINTS } };
      expect(await reveal(key)).toMatchObject(shown);
      expect(await reveal(customer.admin)).toMatchObject(shown);
      const { body } = await contacts("POST", "", { lastName: "钱" });
      expect(await reveal(key, body.id)).toMatchObject({ status: 200, body: { contactPoints: [] } });
    });

    it("answers 404 out of the reading scope and 403 beyond the scope of the permission", async () => {
      const absent = { status: 404, body: { code: "not-found" } };
      expect(await reveal(key, randomUUID())).toMatchObject(absent);
      expect(await reveal(holding("own", "own"))).toMatchObject(absent);
      expect(await reveal(holding("own", "all"))).toMatchObject(absent);
      expect(await reveal(holding("all", "own"))).toMatchObject({
        status: 403,
        body: { code: "record.not-revealable" },
      });
      for (const permission of ["customer.contact.read", "customer.contact.reveal"]) {
        const alone = await reveal({ ...key, grants: { [permission]: "all" } });
        expect(alone).toMatchObject({ status: 403, body: { code: "permission.denied" } });
      }
      const { body } = await contacts("POST", "", { lastName: "孙", contactPoints: POINTS });
      await contacts("DELETE", `/${body.id}`);
      expect(await reveal(key, body.id)).toMatchObject(absent);
    });

    it("reaches what is shared with the caller to read", async () => {
      const reader = holding("own", "own", { id: randomUUID() });
      const { body } = await contacts("POST", "", { lastName: "周", contactPoints: POINTS });
      await customer.database.admin.query("UPDATE customer.contact SET collaborators = $1 WHERE id = $2", [
        JSON.stringify([{ type: "user", id: reader.id, access: "read" }]),
        body.id,
      ]);
      expect(await reveal(reader, body.id)).toMatchObject({ status: 200, body: { contactPoints: POINTS } });
    });

    it("shows what a role lets be read only, and nothing that it hides", async () => {
      const under = (access: "hidden" | "read-only"): FieldRules => ({ "customer.contact": { contactPoints: access } });
      expect((await reveal({ ...key, fieldRules: under("read-only") })).body).toEqual({ contactPoints: POINTS });
      expect(await reveal({ ...key, fieldRules: under("hidden") })).toMatchObject({ status: 200, body: {} });
      expect((await reveal({ ...key, fieldRules: under("hidden") })).body).not.toHaveProperty("contactPoints");
    });

    it("shows nothing of who was erased", async () => {
      const { body } = await contacts("POST", "", { lastName: "吴", contactPoints: POINTS });
      expect((await send(customer.admin, "POST", `/v1/contacts/${body.id}/erase`)).status).toBe(204);
      expect(await reveal(key, body.id)).toMatchObject({ status: 200, body: { contactPoints: [] } });
    });
  });
});
