import { FIELD_ACCESS, SCOPES } from "@kehu/auth";
import { RuleViolation, type FieldError } from "@kehu/contracts";
import type { ConfigurationFile } from "./configuration.dto.ts";
import { FORMAT, SECTIONS, VERSION, type Item, type LeftOut, type SectionName, type Value } from "./item.ts";

/** The most things of one file. */
const MOST = 5_000;
/** Of one install, in any spelling: in another one it is nobody's. */
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

type Given = Readonly<Record<string, unknown>>;

/** By what a thing is the same in every install. */
export const KEYS: Readonly<Record<SectionName, (value: Given) => string>> = {
  settings: () => "company",
  vocabularies: ({ name }) => String(name),
  fields: ({ resource, name }) => `${String(resource)}.${String(name)}`,
  pipelines: ({ name }) => String(name),
  queues: ({ name }) => String(name),
  roles: ({ name }) => String(name),
  views: ({ resource, name, visibility, team }) =>
    [resource, visibility === "team" ? `team ${(team as string[]).join(" > ")}` : "everyone", name].join(" / "),
};

/** @returns true where a value names a record of this install */
export const namesRecords = (value: unknown) => ID.test(JSON.stringify(value ?? null));

/** The things of a section in the order of their keys; undefined where the file does not have the section. */
export function itemsOf(file: ConfigurationFile, section: SectionName): Item[] | undefined {
  const given = file[section];
  if (given === undefined) return undefined;
  return [given]
    .flat()
    .map((value) => ({ key: KEYS[section](value as Given), value: { ...(value as Given) } }))
    .sort(byKey);
}

export const byKey = (one: Item, other: Item) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0);

/** The file, byte by byte the same as long as nothing of it changes. */
export function fileText(values: Readonly<Record<SectionName, readonly Value[]>>, leftOut: readonly LeftOut[]): string {
  const sections = SECTIONS.map((name) => [name, name === "settings" ? values.settings[0] : values[name]] as const);
  const file = { format: FORMAT, version: VERSION, ...Object.fromEntries(sections), leftOut };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Checks what the classes of the file do not.
 *
 * @throws RuleViolation naming each place of the file: `roles.3.grants.sales.lead.read`
 */
export function mustBeWhole(file: ConfigurationFile, path = ""): void {
  const errors = [...tooMany(file), ...twice(file), ...inRoles(file), ...inPipelines(file), ...inViews(file)];
  if (errors.length === 0) return;
  const placed = errors.map((error) => ({ ...error, field: path + error.field }));
  throw new RuleViolation("request.invalid", `${placed[0]!.field}: ${placed[0]!.message}`, { errors: placed });
}

function tooMany(file: ConfigurationFile): FieldError[] {
  const count = SECTIONS.reduce((sum, name) => sum + [file[name] ?? []].flat().length, 0);
  return count > MOST ? [fault("format", `A file has at most ${MOST} things, and this one ${count}.`)] : [];
}

/** Views first: of which team one is, is a part of what it is called by. */
function twice(file: ConfigurationFile): FieldError[] {
  if (inViews(file).length) return [];
  return SECTIONS.flatMap((name) => {
    const seen = new Set<string>();
    return [file[name] ?? []].flat().flatMap((value, index) => {
      const key = KEYS[name](value as Given);
      if (!seen.has(key)) return (seen.add(key), []);
      return [fault(`${name}.${index}.name`, `The file has ${key} twice.`, "configuration.twice")];
    });
  });
}

function inRoles({ roles = [] }: ConfigurationFile): FieldError[] {
  return roles.flatMap(({ grants, fieldRules = {} }, index) => [
    ...notOneOf(SCOPES, grants, `roles.${index}.grants`),
    ...Object.entries(fieldRules as Given).flatMap(([concept, fields]) =>
      typeof fields === "object" && fields !== null && !Array.isArray(fields)
        ? notOneOf(FIELD_ACCESS, fields, `roles.${index}.fieldRules.${concept}`)
        : [fault(`roles.${index}.fieldRules.${concept}`, "Fields with their access are expected.", "field.type")],
    ),
  ]);
}

const notOneOf = (allowed: readonly string[], given: object, path: string): FieldError[] =>
  Object.entries(given).flatMap(([name, value]) =>
    allowed.includes(value as string) ? [] : [fault(`${path}.${name}`, `One of ${allowed.join(", ")} is expected.`)],
  );

function inPipelines({ pipelines = [] }: ConfigurationFile): FieldError[] {
  const defaults = pipelines.flatMap(({ isDefault }, index) => (isDefault ? [index] : []));
  return defaults.slice(1).map((index) => fault(`pipelines.${index}.isDefault`, "One pipeline is the default."));
}

function inViews({ views = [] }: ConfigurationFile): FieldError[] {
  return views.flatMap(({ visibility, team }, index) => {
    if ((visibility === "team") === Array.isArray(team)) return [];
    const message = "A view for a team, and no other, says of which: the names of the teams down to it.";
    return [fault(`views.${index}.team`, message)];
  });
}

const fault = (field: string, message: string, code = "field.vocabulary"): FieldError => ({ field, code, message });
