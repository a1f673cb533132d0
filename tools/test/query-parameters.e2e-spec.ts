import type { OpenApi, Operation } from "../openapi-operations.ts";
import type { Parameter } from "@kehu/records";
import type { Schema } from "../schema-changes.ts";
import { Install } from "./install.ts";

const PASSWORD = "seven-quiet-herons";
const ID = "0199c1a0-0000-7000-8000-000000000001";
const IN_PATHS: Readonly<Record<string, string>> = { name: "win-rate", file: "swagger-ui.css", token: "x" };

/** What a parameter is not taken without. */
const NEEDED: Readonly<Record<string, string>> = { record: "&permission=customer.account.read" };

const MADE_UP: Readonly<Record<string, string>> = {
  after: "cursor.invalid",
  cursor: "cursor.invalid",
  since: "sync.invalid-token",
};

/** A value that fits. */
function valueFor(schema: Schema): string {
  const { type, format, enum: words, anyOf, items, minimum, description = "" } = schema;
  if (anyOf) return valueFor(anyOf[0]!);
  if (items) return valueFor(items);
  if (words) return String(words[0]);
  if (format) return { uuid: ID, date: "2026-01-31" }[format]!;
  if (type === "boolean") return "true";
  if (type === "integer") return String(minimum ?? 1);
  if (description.includes("12.30")) return "1";
  if (description.includes("<resource>/<id>")) return `accounts/${ID}`;
  if (description.includes("`accounts`")) return "accounts";
  if (description.includes("seven digits")) return "4850224";
  return description.includes("2026-01-31") ? "2026-01-31" : "1";
}

/** `filter[amount]=1`, `filter[amount][gte]=1`, ...: every condition that the document knows. */
function conditions({ schema }: Parameter): string[] {
  return Object.entries(schema?.properties ?? {}).flatMap(([field, { anyOf }]) => {
    const [value, { properties = {} }] = anyOf as [Schema, Schema];
    const written = Object.entries(properties).map(([operator, one]) => {
      const word = operator === "in" || operator === "nin" ? valueFor(value) : valueFor(one);
      return `filter[${field}][${operator}]=${word}`;
    });
    return [`filter[${field}]=${valueFor(value)}`, ...written];
  });
}

describe("query parameters of all operations", () => {
  let install: Install;
  let url: string;
  let token: string;
  let operations: [name: string, method: string, path: string, operation: Operation][];

  beforeAll(async () => {
    install = await Install.make({ KEHU_ADMIN_PASSWORD: PASSWORD });
    install.start();
    await install.untilReady();
    url = `http://localhost:${install.port}`;
    token = await signIn();
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi;
    operations = Object.entries(document.paths).flatMap(([template, item]) =>
      Object.entries(item).map(([method, operation]): (typeof operations)[number] => {
        const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => IN_PATHS[name] ?? idFor(template));
        return [`${method.toUpperCase()} ${template}`, method.toUpperCase(), path, operation];
      }),
    );
  }, 90_000);
  afterAll(() => install.remove(), 60_000);

  const idFor = (template: string) => (template.includes("dead-letters") ? "1" : ID);

  async function signIn(): Promise<string> {
    const body = JSON.stringify({ email: "admin@kehu.local", password: PASSWORD });
    const headers = { "content-type": "application/json" };
    const reply = await fetch(`${url}/v1/auth/login`, { method: "POST", headers, body });
    return ((await reply.json()) as { accessToken: string }).accessToken;
  }

  async function ask(method: string, path: string): Promise<{ status: number; code: string | undefined }> {
    const reply = await fetch(url + path, { method, headers: { authorization: `Bearer ${token}` } });
    const type = reply.headers.get("content-type") ?? "";
    // Such an answer does not end by itself.
    if (type.startsWith("text/event-stream")) await reply.body?.cancel();
    const text = reply.bodyUsed ? "" : await reply.text();
    const isJson = type.includes("json");
    return { status: reply.status, code: isJson ? (JSON.parse(text) as { code?: string }).code : undefined };
  }

  it("has operations of every service before it", () => {
    expect(operations.length).toBeGreaterThan(130);
  });

  it("refuses one that the operation does not declare, wherever it is sent", async () => {
    const taken: string[] = [];
    for (const [name, method, path] of operations) {
      const { status, code } = await ask(method, `${path}?surprise=1`);
      if (status !== 400 || code !== "query.invalid") taken.push(`${name}: ${status} ${code}`);
    }
    expect(taken).toEqual([]);
  }, 60_000);

  it("refuses one that is given twice or is empty", async () => {
    const taken: string[] = [];
    for (const [name, method, path, { parameters }] of operations) {
      for (const { name: key, schema } of parameters.filter((one) => one.in === "query" && one.name !== "filter")) {
        for (const query of [`${key}=`, `${key}=${valueFor(schema!)}&${key}=${valueFor(schema!)}`]) {
          const { status, code } = await ask(method, `${path}?${query}`);
          if (status !== 400 || code !== "query.invalid") taken.push(`${name}?${query}: ${status} ${code}`);
        }
      }
    }
    expect(taken).toEqual([]);
  }, 60_000);

  it("takes every one that the document has, with a value that the document has", async () => {
    const refused: string[] = [];
    for (const [name, method, path, { parameters }] of operations) {
      for (const parameter of parameters.filter((one) => one.in === "query")) {
        // Of a metric's dimensions each metric has some; which, its catalogue says.
        if (path.startsWith("/v1/metrics/")) continue;
        const query =
          parameter.name === "filter"
            ? conditions(parameter).join("&")
            : [parameter, ...parameters.filter((one) => one.required && one.in === "query" && one !== parameter)]
                .map(plain)
                .join("&") + (NEEDED[parameter.name ?? ""] ?? "");
        const { status, code } = await ask(method, `${path}?${query}`);
        // A cursor, or a token, cannot be made up: being read as one is all that can be asked here.
        const isMadeUp = MADE_UP[parameter.name ?? ""] === code && code !== undefined;
        // Of a resource whose numbers are all fields of its company there are none here.
        const isNone = parameter.schema?.items && !parameter.schema.items.enum && code === "aggregate.unknown-field";
        const fine = status < 300 || status === 404 || isMadeUp || isNone;
        if (!fine) refused.push(`${name}?${query}: ${status} ${code}`);
      }
    }
    expect(refused).toEqual([]);
  }, 60_000);

  it("takes of the dimensions in the document of GET /v1/metrics/{name} those that the catalogue gives the metric", async () => {
    const [, , , { parameters }] = operations.find(([name]) => name === "GET /v1/metrics/{name}")!;
    const [filter, groupBy] = ["filter", "groupBy"].map((key) => parameters.find((one) => one.name === key)!);
    const words = groupBy!.schema!.items!.enum as string[];
    const reply = await fetch(`${url}/v1/metrics`, { headers: { authorization: `Bearer ${token}` } });
    const { data: metrics } = (await reply.json()) as { data: { name: string; dimensions: string[] }[] };
    expect([...new Set(metrics.flatMap(({ dimensions }) => dimensions))].sort()).toEqual([...words].sort());
    for (const { name, dimensions } of metrics) {
      const fields = [...dimensions, "createdOn"];
      const known = conditions(filter!).filter((condition) =>
        fields.some((one) => condition.startsWith(`filter[${one}]`)),
      );
      expect(known.length).toBeGreaterThan(fields.length);
      for (const path of [`/v1/metrics/${name}?`, `/v1/metrics/${name}/records?limit=1&`]) {
        expect(await ask("GET", path + known.join("&"))).toEqual({ status: 200, code: undefined });
      }
      const grouped = `/v1/metrics/${name}?groupBy=${dimensions.slice(0, 3).join()}`;
      expect(await ask("GET", grouped)).toEqual({ status: 200, code: undefined });
    }
  }, 60_000);

  const plain = ({ name, schema }: Parameter) => `${name}=${valueFor(schema!)}`;
});
