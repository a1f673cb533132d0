import { System } from "./system.ts";

interface Problem {
  code: string;
  errors: { field: string }[];
}

const HEAD = { format: "kehu-configuration", version: 1 };
const STAGES = [
  { name: "Open", category: "open", probability: 10 },
  { name: "Won", category: "won", probability: 100 },
  { name: "Lost", category: "lost", probability: 0 },
];
const named = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `${count} ${at}` }));

describe("a file that is sent to /v1/configuration", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.close());

  const compare = <B = Problem>(body: unknown) => system.send<B>("POST", "/v1/configuration/compare", body);

  const role = { name: "A", grants: {} };
  it.each<[string, object, number, string, string]>([
    ["another format", { ...HEAD, format: "zip" }, 422, "request.invalid", "format"],
    ["a newer version", { format: "kehu-configuration", version: 2 }, 422, "request.invalid", "version"],
    ["no format", { version: 1 }, 422, "request.invalid", "format"],
    ["an unknown section", { ...HEAD, planets: [] }, 400, "request.malformed", "planets"],
    ["a section of another shape", { ...HEAD, roles: {} }, 400, "request.malformed", "roles"],
    ["a thing of another shape", { ...HEAD, roles: [3] }, 400, "request.malformed", "roles.0"],
    ["an unknown property", { ...HEAD, roles: [{ ...role, id: "1" }] }, 400, "request.malformed", "roles.0.id"],
    ["no name", { ...HEAD, queues: [{}] }, 422, "request.invalid", "queues.0.name"],
    [
      "a scope that is none",
      { ...HEAD, roles: [role, { name: "B", grants: { "sales.lead.read": "every" } }] },
      422,
      "request.invalid",
      "roles.1.grants.sales.lead.read",
    ],
    [
      "a rule that is none",
      { ...HEAD, roles: [{ ...role, fieldRules: { "sales.lead": "hidden" } }] },
      422,
      "request.invalid",
      "roles.0.fieldRules.sales.lead",
    ],
    ["a name twice", { ...HEAD, roles: [role, role] }, 422, "request.invalid", "roles.1.name"],
    [
      "two defaults",
      { ...HEAD, pipelines: ["A", "B"].map((name) => ({ name, isDefault: true, stages: STAGES })) },
      422,
      "request.invalid",
      "pipelines.1.isDefault",
    ],
    [
      "a view for a team, and not for which",
      { ...HEAD, views: [{ resource: "leads", name: "A", visibility: "team" }] },
      422,
      "request.invalid",
      "views.0.team",
    ],
    [
      "a type that is none",
      { ...HEAD, fields: [{ resource: "leads", name: "a", type: "planet", label: { en: "A", zh: "甲" } }] },
      422,
      "request.invalid",
      "fields.0.type",
    ],
    [
      "a currency that is none",
      { ...HEAD, settings: { currency: "XXX" } },
      422,
      "request.invalid",
      "settings.currency",
    ],
    [
      "too many things",
      { ...HEAD, queues: named(2_501), roles: named(2_500).map(({ name }) => ({ name, grants: {} })) },
      422,
      "request.invalid",
      "format",
    ],
  ])("refuses %s, and says where it is", async (_, body, status, code, field) => {
    const answer = await compare(body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.errors.map((error) => error.field)).toContain(field);
    const { body: applied } = await system.send<Problem>("POST", "/v1/configuration/apply", {
      configuration: body,
      token: "none",
    });
    expect(applied.errors.map((error) => error.field)).toContain(`configuration.${field}`);
  });

  it.each([
    ["__proto__", '{"format":"kehu-configuration","version":1,"__proto__":{}}', 400, "json.forbidden-key"],
    [
      "forty levels",
      `{"format":"kehu-configuration","views":${"[".repeat(40)}${"]".repeat(40)}}`,
      400,
      "json.too-deep",
    ],
    ["more than 5 MB", `{"format":"${"k".repeat(5 * 1024 * 1024)}"}`, 413, "request.too-large"],
  ])("A26 A27 refuses %s", async (_, body, status, code) => {
    const headers = { authorization: `Bearer ${system.token}`, "content-type": "application/json" };
    const answer = await fetch(`${system.gateway.url}/v1/configuration/compare`, { method: "POST", headers, body });
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([status, code]);
  });

  it("may be larger than other bodies, and name what every object has", async () => {
    const long = (name: string) => ({ name: name.padEnd(200, "长"), grants: { "customer.account.read": "own" } });
    const roles = [...named(2_000).map(({ name }) => long(name)), { name: "Odd", grants: { toString: "all" } }];
    expect(Buffer.byteLength(JSON.stringify(roles))).toBeGreaterThan(256 * 1024);
    const { body } = await compare<{ counts: object; differences: { key: string; reason: object | null }[] }>({
      ...HEAD,
      roles,
    });
    expect(body.counts).toEqual({ create: 2_000, update: 0, conflict: 1, "only-here": 0 });
    expect(body.differences.find(({ key }) => key === "Odd")!.reason).toMatchObject({ code: "permission.unknown" });
    const { status } = await system.send("POST", "/v1/roles", { name: "a".repeat(300_000), grants: {} });
    expect(status).toBe(413);
  });
});
