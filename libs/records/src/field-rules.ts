import type { FieldAccess, RequestContext } from "@kehu/auth";
import { Forbidden, Malformed } from "@kehu/contracts";
import type { Field, FieldMap, ReferenceTarget } from "./field.ts";
import type { Resource } from "./resource.ts";

/** Fields that no role closes: by these a record is found, ordered and reached. */
export const ALWAYS_OPEN: ReadonlySet<string> = new Set([
  "id",
  "version",
  "ownerId",
  "teamId",
  "collaborators",
  "createdAt",
  "updatedAt",
]);

/** The fields that a record is called by, where another one refers to it. */
export const NAMES = ["name", "firstName", "lastName", "subject"] as const;

type Ruled = Pick<Resource, "concept" | "fields" | "person">;

type Ruling = Pick<Resource, "concept">;
type Shown = Pick<Field, "partOf">;

type Known = WeakMap<object, Map<Ruled, FieldMap>>;
const openTo: Readonly<Record<"people" | "keys", Known>> = { people: new WeakMap(), keys: new WeakMap() };

/** @returns what is closed to the caller of a concept's field: his roles' strictest word; undefined where it is open */
export function closed(who: RequestContext, concept: string, field: string): FieldAccess | undefined {
  return who.fieldRules[concept]?.[field];
}

/**
 * What is encrypted is open to people alone. An API key, which is good for whoever finds it, sets it, and gets it of one
 * record at a time by `Reveals`, which leaves an entry in the audit trail.
 *
 * @returns the fields of a resource that the caller may see: those alone may he select, filter, sort and count by
 */
export function fieldsFor(resource: Ruled, who: RequestContext): FieldMap {
  const isKey = who.actorType === "api-key" && resource.person !== undefined;
  if (!isKey && !(resource.concept in who.fieldRules)) return resource.fields;
  const open = isKey ? openTo.keys : openTo.people;
  const known = open.get(who.fieldRules) ?? new Map<Ruled, FieldMap>();
  open.set(who.fieldRules, known);
  const fields = known.get(resource) ?? withoutHidden(resource, who, isKey);
  known.set(resource, fields);
  return fields;
}

function withoutHidden(resource: Ruled, who: RequestContext, isKey: boolean): FieldMap {
  const isForKeys = ({ personal }: Field) => !isKey || !personal;
  const fields = Object.entries(resource.fields);
  return Object.fromEntries(
    fields.filter(([name, field]) => isForKeys(field) && !isHidden(resource, name, field, who)),
  );
}

/** @returns true where the caller's roles hide a field, or one whose content it shows in another form */
export function isHidden(resource: Ruling, name: string, field: Shown, who: RequestContext): boolean {
  return rulesOver(resource, name, field, who).includes("hidden");
}

/** @returns true where the caller's roles keep him from setting a field, or one whose content it shows in another form */
export function isClosed(resource: Ruling, name: string, field: Shown, who: RequestContext): boolean {
  return rulesOver(resource, name, field, who).some((access) => access !== undefined);
}

function rulesOver({ concept }: Ruling, name: string, { partOf }: Shown, who: RequestContext) {
  return ALWAYS_OPEN.has(name) ? [] : [name, ...partOf].map((one) => closed(who, concept, one));
}

/** @returns the fields that the caller's roles hide, also those that were retired since */
export function hiddenNames({ concept }: Ruled, who: RequestContext): string[] {
  const rules = Object.entries(who.fieldRules[concept] ?? {});
  return rules.flatMap(([name, access]) => (access === "hidden" && !ALWAYS_OPEN.has(name) ? [name] : []));
}

/** @returns true where the name beside a reference is made of a field that is hidden from the caller */
export function hidesName(who: RequestContext, { permission }: ReferenceTarget): boolean {
  const concept = permission?.slice(0, permission.lastIndexOf(".")) ?? "";
  return concept in who.fieldRules && NAMES.some((name) => closed(who, concept, name) === "hidden");
}

/**
 * Checks that the caller may set the fields that he names.
 *
 * @param data what he sent, by the names of fields; what is `undefined` he did not name
 * @throws Malformed `field.unknown` for a hidden field, which is answered as one that does not exist
 * @throws Forbidden `field.read-only` naming the field
 */
export function mustSet({ concept }: Pick<Resource, "concept">, data: object, who: RequestContext): void {
  const rules = who.fieldRules[concept];
  if (!rules) return;
  const { custom = {} } = data as { custom?: object };
  const ofCustom = Object.entries(custom).map(([name, value]) => [`custom.${name}`, value] as const);
  for (const [field, value] of [...Object.entries(data), ...ofCustom]) {
    const access = Object.hasOwn(rules, field) && value !== undefined ? rules[field] : undefined;
    if (access === undefined || ALWAYS_OPEN.has(field)) continue;
    const [code, message] =
      access === "hidden"
        ? (["field.unknown", "There is no such property."] as const)
        : (["field.read-only", "Your role may read this field but not set it."] as const);
    const errors = [{ field, code, message }];
    if (access === "hidden") throw new Malformed("request.malformed", `${field}: ${message}`, { errors });
    throw new Forbidden(code, `${field}: ${message}`, { errors });
  }
}
