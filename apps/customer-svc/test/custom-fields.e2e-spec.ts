import { eventually, everything, publish, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type BulkView, type Customer, type View } from "./customer.ts";

interface Problem {
  code: string;
  errors?: { field: string; code: string }[];
}

const advisor = randomUUID();
let customer: Customer;

const label = (en: string, zh = en) => ({ en, zh });
const choices = (...values: string[]) => values.map((value) => ({ value, label: label(value) }));
const send = <B = Problem>(method: string, path: string, body?: object, as: TestCaller = customer.admin) =>
  customer.service.request<B>(as, method, path, { body });
const define = <B = View>(resource: string, body: object) => send<B>("POST", `/v1/${resource}/fields`, body);

async function aField(resource: string, body: { name: string; type: string; [more: string]: unknown }): Promise<View> {
  const made = await define(resource, { label: label(body.name), ...body });
  expect({ status: made.status, body: made.body }).toMatchObject({ status: 201 });
  return made.body;
}

beforeAll(async () => {
  customer = await startCustomer();
  await publish(customer.database, "identity.user.updated", { id: advisor, name: "Li Na" });
  await eventually(async () => {
    const { rows } = await customer.database.admin.query("SELECT id FROM customer.user_copy");
    expect(rows).toHaveLength(1);
  });
  for (const type of ["text", "longText", "number", "money", "date", "time", "instant", "boolean", "link"])
    await aField("accounts", { name: type, type });
  await aField("accounts", { name: "region", type: "choice", choices: choices("华东", "华南") });
  await aField("accounts", { name: "lines", type: "choices", choices: choices("a", "b", "c") });
  await aField("accounts", { name: "partnerId", type: "reference", target: "account" });
  await aField("accounts", { name: "advisorId", type: "user" });
});
afterAll(() => customer.close());

const FULL = {
  text: "老客户 'of' \"ours\"",
  longText: "Line one\nline two",
  number: -12.5,
  money: { amount: "1200.30", currency: "CNY" },
  date: "2020-02-29",
  time: "09:30:00",
  instant: "2026-01-02T03:04:05.678Z",
  region: "华东",
  lines: ["b", "a"],
  boolean: false,
  link: "https://wiki.example/华星?a=1",
};
const NAMES = [...Object.keys(FULL), "partnerId", "partnerName", "advisorId", "advisorName"];
const EMPTY = Object.fromEntries(NAMES.map((name) => [name, null]));

describe("POST /v1/accounts/fields", () => {
  it("adds a field, tells of it, and shows it among the fields", async () => {
    const made = await define("tasks", {
      name: "effort",
      type: "choice",
      label: label("Effort", "工作量"),
      required: false,
      choices: [{ value: "s", label: label("Small", "小"), color: "#00ff00" }],
    });
    expect(["location", "etag"].map((name) => made.headers.get(name))).toEqual(["/v1/tasks/fields/effort", '"1"']);
    expect(made).toMatchObject({
      status: 201,
      body: { resource: "tasks", name: "effort", type: "choice", filterable: true, sortable: true, target: null },
    });
    expect(await customer.eventsOf(made.body.id)).toEqual([["customer.field.created", 1, expect.any(Array)]]);
    const { body } = await send<{ data: { name: string }[] }>("GET", "/v1/tasks/fields");
    expect(body.data.find(({ name }) => name === "custom.effort")).toEqual({
      name: "custom.effort",
      type: "choice",
      label: label("Effort", "工作量"),
      required: false,
      choices: ["s"],
      options: [{ value: "s", label: label("Small", "小"), color: "#00ff00", retired: false }],
      vocabulary: null,
      filterable: true,
      operators: ["eq", "ne", "in", "nin", "isNull"],
      sortable: true,
      personal: false,
      readOnly: false,
      custom: true,
    });
  });

  it.each<[string, object, number, string]>([
    ["a name that is taken", { name: "text", type: "number" }, 409, "field.exists"],
    ["the name beside a reference", { name: "partnerName", type: "text" }, 409, "field.exists"],
    ["a name with a dot", { name: "a.b", type: "text" }, 422, "request.invalid"],
    ["a name that is SQL", { name: "x'); DROP TABLE account; --", type: "text" }, 422, "request.invalid"],
    ["a name of every object", { name: "constructor", type: "text" }, 422, "field.name"],
    ["a reference not called one", { name: "partner", type: "user" }, 422, "field.name"],
    ["a text called a reference", { name: "taxId", type: "text" }, 422, "field.name"],
    ["a type that there is not", { name: "x", type: "blob" }, 422, "request.invalid"],
    ["a choice of nothing", { name: "x", type: "choice" }, 422, "field.required"],
    ["choices of a text", { name: "x", type: "text", choices: choices("a") }, 422, "field.no-choice"],
    ["a value twice", { name: "x", type: "choice", choices: choices("a", "a") }, 422, "field.choice-twice"],
    ["a value with a comma", { name: "x", type: "choice", choices: choices("a,b") }, 422, "request.invalid"],
    ["a reference to nothing", { name: "xId", type: "reference" }, 422, "field.target"],
    ["a reference to what is not here", { name: "xId", type: "reference", target: "invoice" }, 422, "field.target"],
    ["an order of long texts", { name: "x", type: "longText", sortable: true }, 422, "field.not-sortable"],
    ["a label in one language", { name: "x", type: "text", label: { en: "X" } }, 422, "request.invalid"],
    ["a property that there is not", { name: "x", type: "text", column: "name" }, 400, "request.malformed"],
  ])("refuses %s", async (_what, body, status, code) => {
    expect(await define("accounts", { label: label("X"), ...body })).toMatchObject({ status, body: { code } });
  });

  it("is for those who may configure", async () => {
    const as = { id: randomUUID(), grants: { "customer.account.write": "all", "customer.field.read": "all" } } as const;
    const body = { name: "x", type: "text", label: label("X") };
    expect((await send("POST", "/v1/accounts/fields", body, as)).status).toBe(403);
    expect((await send("GET", "/v1/accounts/fields/text", undefined, as)).status).toBe(200);
  });

  it("makes one of two that come at once", async () => {
    const body = { name: "twice", type: "text", label: label("X") };
    const both = await Promise.all([define("interactions", body), define("interactions", body)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });
});

describe("PATCH /v1/accounts/fields/:name", () => {
  beforeAll(() => aField("contacts", { name: "grade", type: "choice", choices: choices("a", "b") }));
  const change = (body: object) => send("PATCH", "/v1/contacts/fields/grade", body);

  it("changes labels, order, colours and retires values", async () => {
    const [a, b] = choices("a", "b");
    const body = {
      label: label("Grade", "级别"),
      choices: [
        { ...b, color: "#ff0000" },
        { ...a, retired: true },
      ],
    };
    expect(await change(body)).toMatchObject({ status: 200, body: { version: 2, label: { zh: "级别" } } });
    const refused = await send("POST", "/v1/contacts", { lastName: "Wang", custom: { grade: "a" } });
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ field: "custom.grade", code: "field.vocabulary" }] },
    });
    const [result] = await customer.import("contacts", [
      { op: "create", data: { lastName: "Wang", custom: { grade: "a" } } },
    ]);
    expect(result).toMatchObject({ outcome: "created" });
  });

  it("refuses a retired value, but not of a record that has it already", async () => {
    const both = choices("a", "b", "c");
    await aField("tasks", { name: "steps", type: "choices", choices: both });
    const { id } = await customer.create("tasks", { subject: "x", custom: { steps: ["a", "b"] } });
    const retired = both.map((one) => ({ ...one, retired: one.value !== "c" }));
    expect((await send("PATCH", "/v1/tasks/fields/steps", { choices: retired })).status).toBe(200);
    const set = (...steps: string[]) => send("PATCH", `/v1/tasks/${id}`, { subject: "y", custom: { steps } });
    expect((await set("b", "c")).status).toBe(200);
    expect(await set("a", "c")).toMatchObject({
      status: 422,
      body: { code: "request.invalid", errors: [{ field: "custom.steps", code: "field.vocabulary" }] },
    });
    expect((await set("b")).status).toBe(200);
    const update = { op: "update", id, data: { subject: "z", custom: { steps: ["b", "c"] } } };
    expect(await send("POST", "/v1/tasks/bulk", { operations: [update] })).toMatchObject({
      status: 200,
      body: { results: [{ outcome: "updated" }] },
    });
  });

  it("refuses what would lose values: another type, a value taken away, another name", async () => {
    expect(await change({ type: "text" })).toMatchObject({ status: 422, body: { code: "field.type-fixed" } });
    expect(await change({ choices: choices("a") })).toMatchObject({
      status: 422,
      body: { code: "field.choice-removed" },
    });
    expect(await change({ name: "rank" })).toMatchObject({ status: 400 });
  });
});

describe("DELETE /v1/accounts/fields/:name", () => {
  it("retires the field; its values come back when it is restored, and nobody takes its name meanwhile", async () => {
    await aField("accounts", { name: "old", type: "text" });
    const { id } = await customer.create("accounts", { name: "A", custom: { old: "kept" } });
    expect((await send("DELETE", "/v1/accounts/fields/old")).status).toBe(204);
    expect((await customer.get(`/v1/accounts/${id}`))["custom"]).not.toHaveProperty("old");
    expect(await send("PATCH", `/v1/accounts/${id}`, { custom: { old: "x" } })).toMatchObject({
      status: 400,
      body: { errors: [{ field: "custom.old", code: "field.unknown" }] },
    });
    expect((await send("GET", "/v1/accounts?filter[custom.old]=kept")).status).toBe(400);
    expect(await define("accounts", { name: "old", type: "number", label: label("X") })).toMatchObject({ status: 409 });
    expect((await send("PATCH", `/v1/accounts/${id}`, { custom: { text: "also" } })).status).toBe(200);
    expect((await send("POST", "/v1/accounts/fields/old/restore")).status).toBe(200);
    expect((await customer.get(`/v1/accounts/${id}`))["custom"]).toMatchObject({ old: "kept", text: "also" });
    expect((await customer.list("/v1/accounts?filter[custom.old]=kept")).data).toHaveLength(1);
    const { body } = await send<{ data: { event: string }[] }>("GET", "/v1/accounts/fields/old/history");
    expect(body.data.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["customer.field.created", "customer.field.retired", "customer.field.restored"]),
    );
    await send("DELETE", "/v1/accounts/fields/old");
  });
});

describe("values of custom fields", () => {
  it("are kept as they are, of every type", async () => {
    const partner = await customer.create("accounts", { name: "Partner" });
    const { id, custom } = await customer.create("accounts", {
      name: "华星",
      custom: { ...FULL, time: "09:30", partnerId: partner.id, advisorId: advisor },
    });
    const all = { ...FULL, partnerId: partner.id, partnerName: "Partner", advisorId: advisor, advisorName: "Li Na" };
    expect(custom).toEqual(all);
    expect((await customer.get(`/v1/accounts/${id}`))["custom"]).toEqual(all);
    expect(partner["custom"]).toEqual(EMPTY);
  });

  it.each<[string, unknown, number, string]>([
    ["text", 7, 400, "field.type"],
    ["text", "", 422, "field.range"],
    ["text", "x".repeat(256), 422, "field.range"],
    ["longText", "x".repeat(10_001), 422, "field.range"],
    ["number", "7", 400, "field.type"],
    ["number", 1e15, 422, "field.range"],
    ["number", 0.1234567, 422, "field.range"],
    ["money", "12.30", 400, "field.type"],
    ["money", { amount: "12.345", currency: "EUR" }, 422, "field.money"],
    ["money", { amount: "12", currency: "XXL" }, 422, "field.money"],
    ["date", "2023-02-29", 422, "field.format"],
    ["date", 20230228, 400, "field.type"],
    ["time", "24:00", 422, "field.format"],
    ["instant", "2026-01-01T00:00:00", 422, "field.format"],
    ["boolean", "true", 400, "field.type"],
    ["link", "javascript:alert(1)", 422, "field.format"],
    ["region", "华北", 422, "field.vocabulary"],
    ["region", ["华东"], 400, "field.type"],
    ["lines", "a", 400, "field.type"],
    ["lines", ["a", "d"], 422, "field.vocabulary"],
    ["partnerId", "Partner", 400, "field.type"],
    ["partnerId", "0199c1a0-0000-7000-8000-000000000001", 422, "reference.unknown"],
    ["nothing", "x", 400, "field.unknown"],
    ["toString", "x", 400, "field.unknown"],
  ])("are refused where they do not fit: %s %j", async (name, value, status, code) => {
    const answer = await send("POST", "/v1/accounts", { name: "A", custom: { [name]: value } });
    expect(answer).toMatchObject({ status, body: { errors: [{ field: `custom.${name}`, code }] } });
  });

  it("are patched one by one, with history and events that name them", async () => {
    const { id } = await customer.create("accounts", {
      name: "A",
      custom: { text: "one", number: 1, lines: ["a", "b"] },
    });
    const path = `/v1/accounts/${id}`;
    expect((await send("PATCH", path, { custom: { text: "two", lines: ["c"] } })).status).toBe(200);
    expect((await send("PATCH", path, { custom: { number: null, lines: ["c"] } })).status).toBe(200);
    expect((await send("PATCH", path, { custom: { number: null } })).body).toMatchObject({ version: 3 });
    expect((await customer.get(path))["custom"]).toEqual({ ...EMPTY, text: "two", lines: ["c"] });
    expect((await customer.eventsOf(id)).map(([, version, changed]) => [version, changed]).slice(1)).toEqual([
      [2, ["custom.text", "custom.lines"]],
      [3, ["custom.number"]],
    ]);
    const { body } = await send<{ data: object[] }>("GET", `${path}/history`);
    expect(body.data.slice(0, 3)).toMatchObject([
      { field: "custom.number", before: 1, after: null },
      { field: "custom.lines", before: ["a", "b"], after: ["c"] },
      { field: "custom.text", before: "one", after: "two" },
    ]);
    const { rows } = await customer.database.admin.query(
      "SELECT field, n, text_value FROM customer.custom_value WHERE record_id = $1 ORDER BY field",
      [id],
    );
    expect(rows).toEqual([
      { field: "accounts.lines", n: 0, text_value: "c" },
      { field: "accounts.text", n: 0, text_value: "two" },
    ]);
  });

  it("both survive where two change different fields at once", async () => {
    const { id } = await customer.create("accounts", { name: "A" });
    const patches = [{ text: "mine" }, { number: 2 }, { boolean: true }];
    const answers = await Promise.all(patches.map((custom) => send("PATCH", `/v1/accounts/${id}`, { custom })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await customer.get(`/v1/accounts/${id}`))["custom"]).toMatchObject({
      text: "mine",
      number: 2,
      boolean: true,
    });
  });

  it("come in bulk, by upsert and import too, and references by external id", async () => {
    const externalIds = [{ system: "erp", id: "P-1" }];
    const custom = { text: "bulk", partnerId: { externalId: { system: "erp", id: "P-1" } } };
    await customer.create("accounts", { name: "P", externalIds });
    const data = { name: "B", externalIds: [{ system: "erp", id: "B-1" }], custom };
    const operations = [
      { op: "upsert", matchBy: "externalId", data },
      { op: "upsert", matchBy: "externalId", data: { ...data, custom: { number: 9 } } },
      { op: "create", data: { name: "C", custom: { number: "x" } } },
    ];
    const { body } = await send<BulkView>("POST", "/v1/accounts/bulk", { operations });
    expect(body.results).toMatchObject([
      { outcome: "created" },
      { outcome: "updated" },
      { outcome: "failed", errors: [{ field: "custom.number", code: "field.type" }] },
    ]);
    const made = await customer.get(`/v1/accounts/${body.results[0]!.id!}`);
    expect(made["custom"]).toMatchObject({ text: "bulk", number: 9, partnerName: "P" });
  });

  it("are asked for where they are required: of people, and not of imports", async () => {
    await aField("tasks", { name: "cause", type: "text", required: true });
    const missing = { status: 422, body: { errors: [{ field: "custom.cause", code: "field.required" }] } };
    expect(await send("POST", "/v1/tasks", { subject: "T" })).toMatchObject(missing);
    const { id } = await customer.create("tasks", { subject: "T", custom: { cause: "c" } });
    expect(await send("PATCH", `/v1/tasks/${id}`, { custom: { cause: null } })).toMatchObject(missing);
    expect((await send("PATCH", `/v1/tasks/${id}`, { subject: "U" })).status).toBe(200);
    const [upserted] = (
      await send<BulkView>("POST", "/v1/tasks/bulk", {
        operations: [
          { op: "upsert", matchBy: "externalId", data: { subject: "T", externalIds: [{ system: "s", id: "1" }] } },
        ],
      })
    ).body.results;
    expect(upserted).toMatchObject({ outcome: "failed", errors: [{ field: "custom.cause", code: "field.required" }] });
    expect(await customer.import("tasks", [{ op: "create", data: { subject: "T" } }])).toMatchObject([
      { outcome: "created" },
    ]);
    await send("PATCH", "/v1/tasks/fields/cause", { required: false });
  });

  it("are replayed with the reply to a repeated request", async () => {
    const body = { name: "Once", custom: { text: "一次" } };
    const twice = () =>
      customer.service.request<View>(customer.admin, "POST", "/v1/accounts", {
        body,
        headers: { "idempotency-key": "c-1" },
      });
    const [first, second] = [await twice(), await twice()];
    expect(second.body).toEqual(first.body);
    expect(second.body["custom"]).toMatchObject({ text: "一次" });
  });

  it("are closed by field rules, one or all of them", async () => {
    const { id } = await customer.create("accounts", {
      name: "A",
      custom: { text: "secret", number: 1, region: "华东" },
    });
    await send("PATCH", `/v1/accounts/${id}`, { custom: { text: "secret2", number: 2 } });
    const ruled = (rules: Record<string, "hidden" | "read-only">): TestCaller => ({
      id: randomUUID(),
      grants: everything("all"),
      fieldRules: { "customer.account": rules },
    });
    const one = ruled({ "custom.text": "hidden", "custom.number": "read-only" });
    const path = `/v1/accounts/${id}`;
    const { custom } = await customer.get(path, one);
    expect(custom).toMatchObject({ number: 2, region: "华东" });
    expect(custom).not.toHaveProperty("text");
    expect((await send("PATCH", path, { custom: { number: 3 } }, one)).body.code).toBe("field.read-only");
    expect((await send("PATCH", path, { custom: { text: "x" } }, one)).body.errors).toMatchObject([
      { code: "field.unknown" },
    ]);
    expect((await send("PATCH", path, { custom: { region: "华南" } }, one)).status).toBe(200);
    for (const query of ["filter[custom.text]=secret2", "sort=custom.text", "fields=custom.text"])
      expect((await send("GET", `/v1/accounts?${query}`, undefined, one)).status).toBe(400);
    const fieldsOf = async (as: TestCaller) =>
      (await send<{ data: { field: string }[] }>("GET", `${path}/history`, undefined, as)).body.data.map(
        ({ field }) => field,
      );
    expect(await fieldsOf(one)).not.toContain("custom.text");
    expect(await fieldsOf(one)).toContain("custom.number");
    await send("DELETE", "/v1/accounts/fields/text");
    expect(await fieldsOf(one)).not.toContain("custom.text");
    await send("POST", "/v1/accounts/fields/text/restore");
    const all = ruled({ custom: "hidden" });
    expect(await customer.get(path, all)).not.toHaveProperty("custom");
    expect((await fieldsOf(all)).filter((field) => field?.startsWith("custom"))).toEqual([]);
    expect((await send("GET", "/v1/accounts?filter[custom.region]=华东", undefined, all)).status).toBe(400);
    expect((await send("PATCH", path, { custom: { region: "华东" } }, all)).status).toBe(400);
  });

  it("of a person are encrypted in history and events, and gone when he is erased", async () => {
    await aField("contacts", { name: "hobby", type: "text" });
    const { id } = await customer.create("contacts", { lastName: "Wang", custom: { hobby: "围棋go" } });
    await send("PATCH", `/v1/contacts/${id}`, { custom: { hobby: "围棋weiqi" } });
    const { body } = await send<{ data: object[] }>("GET", `/v1/contacts/${id}/history`);
    expect(body.data[0]).toMatchObject({ field: "custom.hobby", before: "围棋go", after: "围棋weiqi" });
    const sql = (text: string) => customer.database.admin.query<{ text: string }>(text, [id]);
    const kept = async () => [
      ...(await sql("SELECT payload AS text FROM customer.outbox WHERE key = $1")).rows,
      ...(await sql("SELECT concat(before, after) AS text FROM customer.history WHERE record_id = $1")).rows,
      ...(
        await sql("SELECT reply::text AS text FROM customer.idempotent_reply WHERE reply::text LIKE '%' || $1 || '%'")
      ).rows,
    ];
    expect((await kept()).filter(({ text }) => text.includes("围棋"))).toEqual([]);
    expect((await send("POST", `/v1/contacts/${id}/erase`)).status).toBeLessThan(300);
    const { rows } = await sql(
      `SELECT custom::text AS text FROM customer.contact WHERE id = $1
       UNION ALL SELECT text_value FROM customer.custom_value WHERE record_id = $1`,
    );
    expect(rows).toEqual([{ text: "{}" }]);
  });
});

describe("tags", () => {
  it("are set, filtered by and listed in history", async () => {
    const { id } = await customer.create("accounts", { name: "Tagged", tags: ["重点", "vip"] });
    await customer.create("accounts", { name: "Other", tags: ["other"] });
    expect((await customer.list("/v1/accounts?filter[tags][in]=vip,gone")).data.map((one) => one.id)).toEqual([id]);
    expect((await send("PATCH", `/v1/accounts/${id}`, { tags: [] })).body).toMatchObject({ tags: [], version: 2 });
    expect((await customer.list("/v1/accounts?filter[tags]=重点")).data).toEqual([]);
  });

  it.each([[["a", "a"]], [["a,b"]], [[" a"]], [[7]], ["a"], [[""]]])("refuse %j", async (tags) => {
    const { status, body } = await send("POST", "/v1/accounts", { name: "A", tags });
    expect([400, 422]).toContain(status);
    expect(body.errors?.[0]?.field).toBe("tags");
  });
});
