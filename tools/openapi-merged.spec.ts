import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { mergeDocuments } from "../apps/gateway/src/docs/merged-document.ts";
import type { OpenApiDocument } from "../apps/gateway/src/routing/document.ts";
import type { OpenApi } from "./openapi-operations.ts";
import type { Schema } from "./schema-changes.ts";

const ROOT = join(import.meta.dirname, "..");
const documentOf = (app: string) =>
  JSON.parse(readFileSync(join(ROOT, "apps", app, "openapi.json"), "utf8")) as OpenApi;
const services = globSync("apps/*-svc", { cwd: ROOT }).map((folder) => folder.slice("apps/".length));
const documents = new Map(services.map((app) => [app.replace(/-svc$/, ""), documentOf(app)]));

const merge = (own: object, others: ReadonlyMap<string, object>) =>
  mergeDocuments(own as OpenApiDocument, others as ReadonlyMap<string, OpenApiDocument>) as unknown as OpenApi;
const gateway = documentOf("gateway");
const merged = merge(gateway, documents);

const operationsOf = ({ paths }: OpenApi) =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );

/** What the document says here, with everything that it refers to in place. */
function whole(document: object, part: unknown, open: readonly string[] = []): unknown {
  if (typeof part !== "object" || part === null) return part;
  const { $ref: ref } = part as { $ref?: string };
  if (ref === undefined) {
    const inner = (value: unknown) => whole(document, value, open);
    if (Array.isArray(part)) return part.map(inner);
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, inner(value)]));
  }
  if (open.includes(ref)) return { again: open.length - open.indexOf(ref) };
  const found = ref
    .slice(2)
    .split("/")
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document);
  if (found === undefined) throw new Error(`${ref} is not in the document.`);
  return whole(document, found, [...open, ref]);
}

describe("the merged document", () => {
  it("names each operation differently", () => {
    const names = operationsOf(merged).map(({ operation }) => operation.operationId);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names).toEqual(
      expect.arrayContaining([
        "Operations.freshness",
        "CustomerOperations.replay",
        "ServiceDeskOperations.deadLetters",
      ]),
    );
  });

  it.each([["gateway", gateway] as const, ...documents])(
    "says of %s what the service itself says, down to the last schema",
    (_service, document) => {
      for (const [path, item] of Object.entries(document.paths)) {
        // Of how level all is, the gateway gives the sum.
        if (path === "/v1/freshness" && document !== gateway) continue;
        for (const [method, operation] of Object.entries(item)) {
          expect(whole(merged, merged.paths[path]?.[method])).toEqual(whole(document, operation));
        }
      }
    },
  );

  it("describes every query parameter with a type, and a vocabulary where there is one", () => {
    const vague = operationsOf(merged).flatMap(({ name, operation }) =>
      operation.parameters
        .filter((parameter) => parameter.in === "query")
        .filter(
          ({ description, schema }) => !description || !schema?.type || (schema.type === "array" && !schema.items),
        )
        .map((parameter) => `${name}: ${parameter.name}`),
    );
    expect(vague).toEqual([]);
    const parametersOf = (path: string) =>
      Object.fromEntries(merged.paths[path]!["get"]!.parameters.map(({ name = "", schema }) => [name, schema]));
    expect(parametersOf("/v1/metrics/{name}")).toMatchObject({
      groupBy: { items: { enum: expect.arrayContaining(["month", "owner"]) as string[] } },
      filter: { properties: { closedOn: {}, owner: {}, stage: {} } },
    });
    expect(Object.keys(parametersOf("/v1/metrics/{name}/records"))).toEqual(["name", "filter", "limit", "cursor"]);
    expect(parametersOf("/v1/operations/customer/dead-letters")).toMatchObject({
      status: { enum: ["parked", "replayed", "discarded"] },
      before: { type: "string" },
    });
    for (const path of ["/v1/accounts/{id}/timeline", "/v1/leads/{id}/history", "/v1/tickets/{id}/messages"])
      expect(Object.keys(parametersOf(path))).toEqual(["id", "limit", "cursor"]);
  });
});

describe("mergeDocuments", () => {
  const using = (id: string, path: string, ref: string, schemas: Record<string, Schema>) => ({
    paths: { [path]: { get: { operationId: id, responses: { 200: { $ref: `#/components/schemas/${ref}` } } } } },
    components: { schemas },
  });
  const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

  it("keeps apart what is named alike and means something else, also further in", () => {
    const lines = (inner: Schema) => ({ Deal: { properties: { line: ref("Line") } }, Line: inner });
    const others = new Map([
      ["customer", using("a", "/v1/a", "Deal", lines({ type: "string" }))],
      ["sales", using("b", "/v1/b", "Deal", { ...lines({ type: "integer" }), SalesLine: { type: "boolean" } })],
      ["service-desk", using("c", "/v1/c", "Deal", lines({ type: "string" }))],
    ]);
    const document = merge({ paths: {} }, others);
    for (const [, one] of others) {
      for (const [path, item] of Object.entries(one.paths)) {
        expect(whole(document, document.paths[path])).toEqual(whole(one, item));
      }
    }
    expect(document.paths["/v1/c"]).toEqual(others.get("service-desk")!.paths["/v1/c"]);
  });
});
