import { eventually } from "@kehu/testing";
import { ROLES, System } from "./system.ts";

interface VocabularyView {
  id: string;
  version: number;
  name: string;
  choices: { value: string; retired: boolean }[];
  code: string;
  detail: string;
  errors: { field: string; code: string }[];
  data: { name: string }[];
}

describe("vocabularies", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.close());

  const send = (method: string, path = "", body?: unknown, headers?: Record<string, string>) =>
    system.send<VocabularyView>(method, `/v1/vocabularies${path}`, body, headers);
  const label = (en: string, zh = en) => ({ en, zh });
  const choice = (value: string, more: object = {}) => ({ value, label: label(`The ${value}`, `${value}的`), ...more });
  const made = async (name: string, ...values: string[]) => {
    const { status, body } = await send("POST", "", {
      name,
      label: label(name),
      choices: values.map((value) => choice(value)),
    });
    expect({ status, body }).toMatchObject({ status: 201 });
    return body;
  };

  it("POST, PATCH, DELETE and restore keep the order, tell of each change, and leave a history", async () => {
    const { status, body, headers } = await send("POST", "", {
      name: "industry",
      label: label("Industry", "行业"),
      choices: [choice("steel", { color: "#2f6fde" }), choice("钢铁")],
    });
    expect({ status, etag: headers.get("etag") }).toEqual({ status: 201, etag: '"1"' });
    expect(headers.get("location")).toBe(`/v1/vocabularies/${body.id}`);
    expect(body).toMatchObject({
      name: "industry",
      label: label("Industry", "行业"),
      choices: [
        { ...choice("steel"), color: "#2f6fde", retired: false },
        { ...choice("钢铁"), color: null, retired: false },
      ],
    });

    const changed = [
      choice("钢铁", { label: label("Iron", "铁") }),
      choice("coal"),
      choice("steel", { retired: true }),
    ];
    const patched = await send("PATCH", `/${body.id}`, { choices: changed });
    expect(patched).toMatchObject({ status: 200, body: { version: 2 } });
    expect(patched.body.choices.map(({ value, retired }) => [value, retired])).toEqual([
      ["钢铁", false],
      ["coal", false],
      ["steel", true],
    ]);
    expect((await send("PATCH", `/${body.id}`, { choices: patched.body.choices })).body.version).toBe(2);

    expect((await send("DELETE", `/${body.id}`)).status).toBe(204);
    expect((await send("GET", `/${body.id}`)).status).toBe(404);
    expect((await send("POST", `/${body.id}/restore`)).body).toEqual({
      ...patched.body,
      version: 4,
      updatedAt: expect.any(String),
    });
    expect((await system.eventsOf(body.id)).map(([type]) => type)).toEqual([
      "identity.vocabulary.created",
      "identity.vocabulary.updated",
      "identity.vocabulary.deleted",
      "identity.vocabulary.restored",
    ]);
    const history = await system.send<{ data: { field: string | null }[] }>(
      "GET",
      `/v1/vocabularies/${body.id}/history`,
    );
    expect(history.body.data.map(({ field }) => field)).toContain("choices");
  });

  it("a name is a vocabulary's for good: whoever takes it again is told what to do", async () => {
    const { id } = await made("leadSource", "web");
    const again = { name: "leadSource", label: label("x"), choices: [choice("fair")] };
    const taken = { status: 409, body: { code: "vocabulary.exists" } };
    expect(await send("POST", "", again)).toMatchObject(taken);
    await send("DELETE", `/${id}`);
    const answer = await send("POST", "", again);
    expect(answer).toMatchObject(taken);
    expect(answer.body.detail).toContain(`POST /v1/vocabularies/${id}/restore`);
  });

  it("two who make one of the same name at once make one", async () => {
    const body = { name: "atOnce", label: label("x"), choices: [choice("a")] };
    const making: ReturnType<typeof send>[] = [];
    // Names are looked up while nobody can insert one, so that all five are at it at once.
    await system.whileLocked("LOCK TABLE identity.vocabulary IN SHARE MODE", async (waiting) => {
      for (let n = 0; n < 5; n++) making.push(send("POST", "", body));
      await eventually(async () => expect((await waiting("%vocabular%")) >= 5).toBe(true));
    });
    const answers = await Promise.all(making);
    const codes = answers.map(({ status, body: { code } }) => (status === 201 ? "made" : code));
    expect(codes.sort()).toEqual(["made", ...Array.from({ length: 4 }, () => "vocabulary.exists")]);
  });

  it("a value is retired, never removed, and stands once", async () => {
    const { id } = await made("campaignType", "fair", "mail");
    expect(await send("PATCH", `/${id}`, { choices: [choice("mail")] })).toMatchObject({
      status: 422,
      body: { code: "vocabulary.choice-removed", errors: [{ field: "choices" }] },
    });
    expect(
      await send("PATCH", `/${id}`, { choices: [choice("mail"), choice("fair"), choice("x"), choice("Mail")] }),
    ).toMatchObject({
      status: 422,
      body: {
        errors: expect.arrayContaining([
          { field: "choices.3.value", code: "vocabulary.choice-twice", message: expect.any(String) },
        ]),
      },
    });
    expect((await send("GET", `/${id}`)).body.version).toBe(1);
  });

  it.each<[string, object, number, string]>([
    ["a name with a space", { name: "my industry" }, 422, "name"],
    ["a name of a path", { name: "../x" }, 422, "name"],
    ["a comma in a value", { choices: [choice("a"), choice("b,c")] }, 422, "choices.1.value"],
    ["a color by its name", { choices: [choice("a", { color: "red" })] }, 422, "choices.0.color"],
    ["no label in Chinese", { choices: [{ value: "a", label: { en: "A" } }] }, 422, "choices.0.label.zh"],
    ["no choice", { choices: [] }, 422, "choices"],
    ["more than 500 choices", { choices: Array.from({ length: 501 }, (_, n) => choice(`v${n}`)) }, 422, "choices"],
    ["what is unknown", { choices: [choice("a", { colour: "#000000" })] }, 400, "choices.0.colour"],
  ])("refuses %s and names it", async (_, given, status, field) => {
    const body = { name: "refused", label: label("x"), choices: [choice("a")], ...given };
    const answer = await send("POST", "", body);
    expect({ status: answer.status, fields: answer.body.errors.map((one) => one.field) }).toEqual({
      status,
      fields: [field],
    });
  });

  it("takes 500 choices with Chinese labels", async () => {
    const choices = Array.from({ length: 500 }, (_, n) => choice(`值${n}`, { label: label(`第${n}个`.repeat(20)) }));
    expect((await send("POST", "", { name: "large", label: label("大"), choices })).status).toBe(201);
  });

  it("whoever has a role reads them; who may not write them is told so", async () => {
    const { accessToken } = await system.user([ROLES.sales]);
    const { id } = await made("ticketTopic", "invoice");
    const as = (method: string, path: string, body?: object) =>
      system.gateway.request(method, `/v1/vocabularies${path}`, { token: accessToken, body });
    expect((await as("GET", `/${id}`)).status).toBe(200);
    expect((await as("PATCH", `/${id}`, { label: label("x") })).status).toBe(403);
    expect((await as("DELETE", `/${id}`)).status).toBe(403);
  });

  it("lists them by name", async () => {
    const names = (await send("GET", "?filter[name][in]=leadSource,industry,campaignType")).body.data.map(
      ({ name }) => name,
    );
    expect(names).toEqual(["campaignType", "industry"]);
  });
});
