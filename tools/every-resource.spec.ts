import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

interface Operation {
  parameters?: { name?: string }[];
  requestBody?: { content?: Record<string, { schema?: { $ref?: string } }> };
}
type Paths = Record<string, Record<string, Operation> | undefined>;
interface Document {
  paths: Paths;
  components: { schemas: Record<string, { properties?: Record<string, unknown> }> };
}

const documents = globSync("apps/*/openapi.json", { cwd: ROOT }).map(
  (file) => JSON.parse(readFileSync(join(ROOT, file), "utf8")) as Document,
);
const paths = Object.assign({}, ...documents.map((one) => one.paths)) as Paths;
const schemas = Object.assign(
  {},
  ...documents.map((one) => one.components.schemas),
) as Document["components"]["schemas"];

const takes = (path: string, name: string) =>
  paths[path]?.["get"]?.parameters?.some((one) => one.name === name) ?? false;
const has = (method: string, path: string) => paths[path]?.[method] !== undefined;
const sends = (path: string, property: string) => {
  const schema = paths[path]?.["post"]?.requestBody?.content?.["application/json"]?.schema?.$ref;
  return property in (schemas[schema?.split("/").at(-1) ?? ""]?.properties ?? {});
};

/** What every record of every service has, and how a document shows it. */
const CAPABILITIES: Readonly<Record<string, (list: string) => boolean>> = {
  "filter tree": (list) => has("post", `${list}/search`),
  filter: (list) => takes(list, "filter"),
  q: (list) => takes(list, "q"),
  sort: (list) => takes(list, "sort"),
  cursor: (list) => takes(list, "cursor"),
  aggregate: (list) => has("get", `${list}/aggregate`),
  "field metadata": (list) => has("get", `${list}/fields`),
  "custom fields": (list) => has("post", `${list}/fields`) && sends(list, "custom"),
  tags: (list) => sends(list, "tags"),
  history: (list) => has("get", `${list}/{id}/history`),
  bulk: (list) => has("post", `${list}/bulk`),
  import: (list) => has("post", `${list}/imports`) && has("post", `${list}/imports/{id}/rollback`),
  export: (list) => has("post", `${list}/exports`),
  views: (list) => has("post", `${list}/views`) && has("get", `${list}/views/{id}/records`),
  pins: (list) => has("put", `${list}/{id}/pin`) && has("get", `${list}/recent`),
  restore: (list) => has("delete", `${list}/{id}`) && has("post", `${list}/{id}/restore`),
};

const SYSTEM = "who administers the system is no business record: it is made by hand, and read in the audit trail";
const LEDGER = "an entry of a ledger is never changed or taken away, and holds what was said then";
const ORDER = "how a company arranges its work, without an owner: its fields are those that the work knows";
const all = (reason: string, ...names: string[]) => Object.fromEntries(names.map((name) => [name, reason]));

/** The exceptions, each with its reason. */
const WITHOUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  users: all(SYSTEM, "export", "views", "pins", "custom fields", "tags"),
  teams: all(SYSTEM, "export", "views", "pins", "custom fields", "tags", "import", "bulk"),
  vocabularies: all(SYSTEM, "export", "views", "pins", "custom fields", "tags", "import", "bulk"),
  roles: all(
    SYSTEM,
    "export",
    "views",
    "pins",
    "custom fields",
    "tags",
    "import",
    "bulk",
    "aggregate",
    "filter tree",
    "field metadata",
  ),
  "api-keys": all(
    SYSTEM,
    "export",
    "views",
    "pins",
    "custom fields",
    "tags",
    "import",
    "bulk",
    "aggregate",
    "filter tree",
    "field metadata",
    "restore",
  ),
  consents: all(LEDGER, "export", "history", "custom fields", "tags", "restore", "q", "aggregate"),
  suppressions: all(LEDGER, "export", "history", "custom fields", "tags", "restore", "q", "aggregate"),
  pipelines: all(ORDER, "export", "custom fields", "tags"),
  queues: all(ORDER, "export", "custom fields", "tags"),
};

const resources = Object.keys(paths).flatMap((path) => {
  const name = /^\/v1\/([a-z-]+)$/.exec(path)?.[1];
  return name !== undefined && takes(path, "sort") ? [name] : [];
});

describe("every resource", () => {
  it("is looked at", () => {
    expect(resources.length).toBeGreaterThan(15);
    expect(Object.keys(WITHOUT).filter((name) => !resources.includes(name))).toEqual([]);
  });

  it.each(resources)("%s has all that records have, but for what is said to be missing and why", (name) => {
    const missing = Object.keys(CAPABILITIES).filter((one) => !CAPABILITIES[one]!(`/v1/${name}`));
    expect(missing.sort()).toEqual(Object.keys(WITHOUT[name] ?? {}).sort());
  });
});
