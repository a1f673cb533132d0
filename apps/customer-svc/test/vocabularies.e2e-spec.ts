import { eventually, publish, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type BulkView, type Customer, type View } from "./customer.ts";

interface Answer {
  id: string;
  version: number;
  code: string;
  allowed?: string[];
  errors?: { field: string; code: string }[];
  [field: string]: unknown;
}

const label = (en: string, zh = en) => ({ en, zh });
const STEEL = { value: "steel", label: label("Steel", "钢铁"), color: "#2f6fde", retired: false };
const COAL = { value: "coal", label: label("Coal", "煤炭"), color: null, retired: true };
const SOLAR = { value: "solar", label: label("Solar power", "太阳能"), color: null, retired: false };

let customer: Customer;
const told = new Map<string, { id: string; version: number }>();

const send = (method: string, path: string, body?: object, as: TestCaller = customer.admin) =>
  customer.service.request<Answer>(as, method, path, { body });

/** What the gateway tells of a vocabulary; returns when the service knows it. */
async function tell(name: string, choices: object[], deletedAt: string | null = null): Promise<void> {
  const { id, version } = told.get(name) ?? { id: randomUUID(), version: 0 };
  told.set(name, { id, version: version + 1 });
  const type = deletedAt ? "identity.vocabulary.deleted" : "identity.vocabulary.updated";
  await publish(customer.database, type, { id, name, label: label(name), choices, deletedAt }, version + 1);
  await eventually(async () => {
    const { rows } = await customer.database.admin.query("SELECT version FROM customer.vocabulary_copy WHERE id = $1", [
      id,
    ]);
    expect(rows).toEqual([{ version: version + 1 }]);
  });
}

interface FieldView {
  name: string;
  type: string;
  choices: string[] | null;
  options: object[] | null;
  vocabulary: string | null;
}

async function fieldOf(resource: string, field: string): Promise<FieldView> {
  const { body } = await customer.service.request<{ data: FieldView[] }>(
    customer.admin,
    "GET",
    `/v1/${resource}/fields`,
  );
  return body.data.find(({ name }) => name === field)!;
}

/** Which of a service's replicas read the copy again shows within a second. */
const shows = (resource: string, field: string, choices: string[] | null) =>
  eventually(async () => expect((await fieldOf(resource, field)).choices).toEqual(choices));

const account = async (body: object): Promise<View> => {
  const { status, body: made } = await customer.service.request<View>(customer.admin, "POST", "/v1/accounts", {
    body: { name: "华星", ...body },
  });
  expect({ status, made }).toMatchObject({ status: 201 });
  return made;
};

const UNKNOWN = (field: string) => ({
  status: 422,
  body: { code: "vocabulary.unknown", errors: [{ field, code: "vocabulary.unknown" }] },
});

beforeAll(async () => {
  customer = await startCustomer();
});
afterAll(() => customer.close());

describe("a text that follows a vocabulary", () => {
  let before: View;
  let coal: View;

  beforeAll(async () => {
    before = await account({ industry: "Forestry & co" });
    coal = await account({ industry: "coal" });
    expect(await fieldOf("accounts", "industry")).toMatchObject({
      choices: null,
      options: null,
      vocabulary: "industry",
    });
    await tell("industry", [STEEL, COAL, SOLAR]);
    await shows("accounts", "industry", ["steel", "solar"]);
  });

  it("GET /v1/accounts/fields shows its choices in order, retired ones too", async () => {
    expect(await fieldOf("accounts", "industry")).toMatchObject({
      type: "text",
      choices: ["steel", "solar"],
      options: [STEEL, COAL, SOLAR],
      vocabulary: "industry",
    });
  });

  it("POST takes what can be chosen, and refuses what is unknown or retired", async () => {
    await account({ industry: "solar" });
    await account({ industry: null });
    for (const industry of ["forestry", "coal", "Steel", "钢铁", ""]) {
      const answer = await send("POST", "/v1/accounts", { name: "x", industry });
      expect(answer).toMatchObject({ ...UNKNOWN("industry"), body: { allowed: ["steel", "solar"] } });
    }
  });

  it("PATCH keeps what the record has, from before or retired, and lets nobody go back to it", async () => {
    for (const [record, was] of [
      [before, "Forestry & co"],
      [coal, "coal"],
    ] as const) {
      const same = await send("PATCH", `/v1/accounts/${record.id}`, { industry: was, website: "https://kehu.example" });
      expect(same).toMatchObject({ status: 200, body: { industry: was, version: 2 } });
      expect(await send("PATCH", `/v1/accounts/${record.id}`, { industry: "other" })).toMatchObject(
        UNKNOWN("industry"),
      );
      expect((await send("PATCH", `/v1/accounts/${record.id}`, { industry: "steel" })).status).toBe(200);
      expect(await send("PATCH", `/v1/accounts/${record.id}`, { industry: was })).toMatchObject(UNKNOWN("industry"));
    }
  });

  it("POST bulk fails the operation alone; an import brings what was retired, too", async () => {
    const operations = ["steel", "coal", "forestry"].map((industry) => ({
      op: "create",
      data: { name: "x", industry },
    }));
    const bulk = (origin?: string) =>
      customer.service.request<BulkView>(customer.admin, "POST", "/v1/accounts/bulk", { body: { operations, origin } });
    const outcomes = ({ body }: { body: BulkView }) =>
      body.results.map(({ outcome, errors }) => [outcome, errors[0]?.code]);
    const refused = ["failed", "vocabulary.unknown"];
    expect(outcomes(await bulk())).toEqual([["created", undefined], refused, refused]);
    expect(outcomes(await bulk("import"))).toEqual([["created", undefined], ["created", undefined], refused]);
  });

  it("a list is filtered by any text, which may be one from before", async () => {
    await account({ industry: "steel" });
    const found = await customer.service.request<{ data: View[] }>(
      customer.admin,
      "GET",
      "/v1/accounts?filter[industry][in]=never,steel",
    );
    expect(found.status).toBe(200);
    expect(found.body.data.length).toBeGreaterThan(0);
  });

  it("is free while the vocabulary is deleted", async () => {
    await tell("industry", [STEEL, COAL, SOLAR], new Date().toISOString());
    await shows("accounts", "industry", null);
    await account({ industry: "whatever" });
    await tell("industry", [STEEL, COAL, SOLAR]);
    await shows("accounts", "industry", ["steel", "solar"]);
    expect(await send("POST", "/v1/accounts", { name: "x", industry: "whatever" })).toMatchObject(UNKNOWN("industry"));
  });

  it("a value that has just been added is taken as soon as its event is here", async () => {
    await tell("industry", [STEEL, COAL, SOLAR, { ...STEEL, value: "wind", label: label("Wind", "风电") }]);
    expect((await send("POST", "/v1/accounts", { name: "x", industry: "wind" })).status).toBe(201);
  });
});

describe("tags that follow a vocabulary", () => {
  it("keep those that a record has, and take no others", async () => {
    const { id } = await account({ tags: ["老"] });
    await tell("tag", [STEEL, COAL]);
    await shows("accounts", "tags", ["steel"]);
    expect((await send("PATCH", `/v1/accounts/${id}`, { tags: ["steel", "老"] })).body).toMatchObject({
      tags: ["steel", "老"],
    });
    expect(await send("PATCH", `/v1/accounts/${id}`, { tags: ["steel", "new"] })).toMatchObject(UNKNOWN("tags"));
    await tell("tag", [STEEL, COAL], new Date().toISOString());
    await shows("accounts", "tags", null);
  });
});

describe("a field of the company that follows a vocabulary", () => {
  const define = (body: object) => send("POST", "/v1/tasks/fields", { label: label("x"), ...body });

  beforeAll(() => tell("weather", [STEEL, COAL, SOLAR]));

  it("has its values, live", async () => {
    const made = await define({ name: "sky", type: "choice", vocabulary: "weather" });
    expect(made).toMatchObject({ status: 201, body: { choices: null, vocabulary: "weather" } });
    expect(await fieldOf("tasks", "custom.sky")).toMatchObject({
      type: "choice",
      choices: ["steel", "solar"],
      options: [STEEL, COAL, SOLAR],
      vocabulary: "weather",
    });
    const { status, body } = await send("POST", "/v1/tasks", { subject: "x", custom: { sky: "solar" } });
    expect({ status, body }).toMatchObject({ status: 201, body: { custom: { sky: "solar" } } });
    for (const sky of ["coal", "rain"])
      expect(await send("POST", "/v1/tasks", { subject: "x", custom: { sky } })).toMatchObject(UNKNOWN("custom.sky"));

    await tell("weather", [
      { ...SOLAR, retired: true },
      STEEL,
      { ...STEEL, value: "rain", label: label("Rain", "雨") },
      COAL,
    ]);
    expect((await send("POST", "/v1/tasks", { subject: "x", custom: { sky: "rain" } })).status).toBe(201);
    const kept = await send("PATCH", `/v1/tasks/${body.id}`, { subject: "y", custom: { sky: "solar" } });
    expect(kept).toMatchObject({ status: 200, body: { subject: "y", custom: { sky: "solar" } } });
    expect((await send("GET", "/v1/tasks?filter[custom.sky]=solar")).body).toMatchObject({ data: [{ id: body.id }] });
    expect((await send("GET", "/v1/tasks?filter[custom.sky]=never")).body).toMatchObject({ data: [] });
  });

  it("keeps the values of one that was deleted", async () => {
    await define({ name: "some", type: "choices", vocabulary: "weather" });
    await tell("weather", [STEEL, COAL], new Date().toISOString());
    await shows("tasks", "custom.some", ["steel"]);
    expect((await send("POST", "/v1/tasks", { subject: "x", custom: { some: ["steel"] } })).status).toBe(201);
    expect(await send("POST", "/v1/tasks", { subject: "x", custom: { some: ["steel", "rain"] } })).toMatchObject(
      UNKNOWN("custom.some"),
    );
    await tell("weather", [STEEL, COAL]);
  });

  it.each<[string, object, string]>([
    ["an unknown vocabulary", { type: "choice", vocabulary: "none" }, "vocabulary.unknown"],
    [
      "choices of its own beside it",
      { type: "choice", vocabulary: "weather", choices: [STEEL] },
      "field.choices-twice",
    ],
    ["a text", { type: "text", vocabulary: "weather" }, "field.no-choice"],
    ["neither", { type: "choice" }, "field.required"],
  ])("refuses %s", async (_, body, code) => {
    expect(await define({ name: "refused", ...body })).toMatchObject({ status: 422, body: { code } });
  });

  it("is not given choices of its own later", async () => {
    await define({ name: "later", type: "choice", vocabulary: "weather" });
    expect(await send("PATCH", "/v1/tasks/fields/later", { choices: [STEEL] })).toMatchObject({
      status: 422,
      body: { code: "field.no-choice" },
    });
  });

  it("waits for the copy of a vocabulary that was just made", async () => {
    const waiting = define({ name: "fresh", type: "choice", vocabulary: "justMade" });
    await tell("justMade", [STEEL]);
    expect((await waiting).status).toBe(201);
  });
});
