import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Resource } from "@kehu/records";
import { KINDS } from "../apps/gateway/src/changes/kinds.ts";
import { CLOSED_TO_KEYS, PART_OF } from "../apps/gateway/src/roles/field-rules.ts";

const ROOT = join(import.meta.dirname, "..");

type Paths = Record<string, { get?: { "x-permission"?: string } }>;
const pathsOf = (file: string) => (JSON.parse(readFileSync(join(ROOT, file), "utf8")) as { paths: Paths }).paths;

const isResource = (value: unknown): value is Resource =>
  typeof value === "object" && value !== null && "concept" in value && "fields" in value;

/** concept -> field -> what a test wants to know of it; without those of which there is nothing. */
function facts<F>(resources: readonly Resource[], factOf: (field: Resource["fields"][string]) => F | undefined) {
  const all = resources.map(({ concept, fields }) => {
    const known = Object.entries(fields).flatMap(([name, field]) => {
      const fact = field.shown ? factOf(field) : undefined;
      return fact === undefined ? [] : [[name, fact] as const];
    });
    return [concept, Object.fromEntries(known)] as const;
  });
  return Object.fromEntries(all.filter(([, known]) => Object.keys(known).length > 0));
}

describe("What the gateway tells of changes", () => {
  let resources: Resource[];

  beforeAll(async () => {
    const files = globSync("apps/*/src/**/*.resource.ts", { cwd: ROOT });
    const modules = await Promise.all(files.map((file) => import(join(ROOT, file)) as Promise<object>));
    resources = modules.flatMap((module) => Object.values(module).filter(isResource));
    expect(resources.length).toBeGreaterThan(15);
  });

  it("has a kind for every resource, by the name of its path and its permission to read", () => {
    const read = globSync("apps/*/openapi.json", { cwd: ROOT })
      .flatMap((file) => Object.entries(pathsOf(file)))
      .flatMap(([path, { get }]) => {
        const name = /^\/v1\/([a-z-]+)$/.exec(path)?.[1];
        return name ? [`${name} ${get?.["x-permission"] ?? ""}`] : [];
      });
    expect(read).toEqual(
      expect.arrayContaining(
        KINDS.filter(({ name }) => name !== "api-keys").map((kind) => `${kind.name} ${kind.read}`),
      ),
    );
    const kinds = new Set(KINDS.map(({ name, concept }) => `${name} ${concept}`));
    // The fields that a company adds, and the views that people save, stand below the path of their resource.
    const below = ["fields", "views"];
    const followed = resources
      .filter(({ name }) => !below.includes(name))
      .map(({ name, concept }) => `${name} ${concept}`);
    expect(followed.filter((one) => !kinds.has(one))).toEqual([]);
  });

  it("knows which fields show others in another form", () => {
    expect(PART_OF).toEqual(facts(resources, ({ partOf }) => (partOf.length > 0 ? partOf : undefined)));
  });

  it("knows which fields are closed to keys", () => {
    const ofPersons = resources.filter(({ person }) => person);
    expect(CLOSED_TO_KEYS).toEqual(facts(ofPersons, ({ personal }) => (personal ? "hidden" : undefined)));
  });
});
