import { Malformed } from "@kehu/contracts";
import type { Field, FieldMap } from "./field.ts";
import { OPERATORS, type Operator } from "./filter-values.ts";
import type { Keywords } from "./keywords.ts";
import { through, UNRELATED, type Related, type Side } from "./related.ts";

/** A condition on one field, also of the record that one refers to, or on records that refer to it; or conditions joined. */
export type Filter =
  | { field: string; op: Operator; value: unknown }
  | Keywords
  | { any: { resource: string; by: string; where: Filter } }
  | { and: Filter[] }
  | { or: Filter[] }
  | { not: Filter };

/** How deep a tree may be, and how many conditions it may have, those on related records counted. */
export const DEPTH = 10;
const CONDITIONS = 100;

/** What a condition may name. */
interface Known {
  fields: FieldMap;
  related: Related;
}

/**
 * Reads a filter tree as a caller sent it.
 *
 * @param related what he may ask of related records; nothing where it is left out
 * @throws Malformed `filter.invalid`, `filter.unknown-field`, `filter.unknown-relation` and `filter.unknown-operator` (with
 *   `allowed`), `field.encrypted` (with `allowed`)
 */
export function parseFilter(fields: FieldMap, input: unknown, related: Related = UNRELATED): Filter {
  let count = 0;
  const parse = (node: unknown, depth: number, known: Known): Filter => {
    if (depth > DEPTH || ++count > CONDITIONS)
      throw new Malformed("filter.invalid", `A filter has at most ${DEPTH} levels and ${CONDITIONS} conditions.`);
    if (!isObject(node)) throw new Malformed("filter.invalid", "A filter is an object.");
    const keys = Object.keys(node).sort().join();
    const { and, or, not, any } = node;
    if (keys === "and" && Array.isArray(and)) return { and: and.map((part) => parse(part, depth + 1, known)) };
    if (keys === "or" && Array.isArray(or)) return { or: or.map((part) => parse(part, depth + 1, known)) };
    if (keys === "not") return { not: parse(not, depth + 1, known) };
    if (keys === "any") {
      const { resource, side, where } = relation(known.related, any);
      const inner = { fields: side.fields, related: UNRELATED };
      return { any: { resource, by: side.by, where: parse(where, depth + 1, inner) } };
    }
    if (keys === "field,op,value" || keys === "field,value")
      return condition(known, node as { field: unknown; op?: unknown; value: unknown });
    throw new Malformed(
      "filter.invalid",
      "A filter is { field, op, value }, { and: [] }, { or: [] }, { not: {} } or { any: { resource, where } }.",
    );
  };
  return parse(input, 1, { fields, related });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function condition(known: Known, { field: name, op = "eq", value }: { field: unknown; op?: unknown; value: unknown }) {
  const field = typeof name === "string" ? fieldOf(known, name) : undefined;
  if (!field?.filterable) throw unknownField(known, name);
  const allowed = operatorsOf(field);
  if (!allowed.includes(op as Operator) && field.personal)
    throw new Malformed("field.encrypted", `${String(name)} is encrypted: only equal values are found.`, { allowed });
  if (!allowed.includes(op as Operator))
    throw new Malformed("filter.unknown-operator", `${String(name)} is not filtered like that.`, { allowed });
  return { field: name as string, op: op as Operator, value };
}

const fieldOf = ({ fields, related }: Known, name: string): Field | undefined =>
  Object.hasOwn(fields, name) ? fields[name] : through(related, name)?.field;

/** Of related records the paths alone are listed, until somebody names one of them. */
function unknownField({ fields, related }: Known, name: unknown): Malformed {
  const to = typeof name === "string" ? through(related, name) : undefined;
  const allowed = to
    ? filterable(to.side.fields).map((one) => `${to.path}.${one}`)
    : [...filterable(fields), ...[...related.one.keys()].map((path) => `${path}.*`)];
  const named = typeof name === "string" ? ` ${name.slice(0, 100)}` : "";
  return new Malformed("filter.unknown-field", `There is no field${named} to filter by.`, { allowed });
}

const filterable = (fields: FieldMap) => Object.keys(fields).filter((name) => fields[name]!.filterable);

/** The records that `any` is about. Without `where` it asks whether there are any. */
function relation(related: Related, input: unknown): { resource: string; side: Side; where: unknown } {
  const { resource, by, where = { and: [] }, ...more } = isObject(input) ? input : { more: input };
  if (Object.keys(more).length > 0)
    throw new Malformed("filter.invalid", "any is { resource, where }, or { resource, by, where }.");
  const sides = typeof resource === "string" ? related.many.get(resource) : undefined;
  if (!sides)
    throw new Malformed("filter.unknown-relation", "No records of such a resource that you may read refer to these.", {
      allowed: [...related.many.keys()],
    });
  const [only, ...others] = sides.values();
  const side = by === undefined && others.length === 0 ? only : sides.get(by as string);
  if (!side)
    throw new Malformed("filter.unknown-relation", `by says which field of ${String(resource)} refers to these.`, {
      allowed: [...sides.keys()],
    });
  return { resource: resource as string, side, where };
}

/** @returns the operators that a field takes */
export function operatorsOf(field: Field): readonly Operator[] {
  if (field.blind === "emailDomain" || field.blind === "phoneEnding") return ["eq", "in"];
  if (field.personal) return ["eq", "in", "isNull"];
  switch (field.kind) {
    case "id":
    case "reference":
    case "choice":
      return ["eq", "ne", "in", "nin", "isNull"];
    case "boolean":
      return ["eq", "ne", "isNull"];
    case "list":
    case "choices":
      return ["eq", "in", "isNull"];
    case "text":
    case "longText":
    case "link":
      return OPERATORS;
    default:
      return OPERATORS.filter((operator) => operator !== "contains" && operator !== "startsWith");
  }
}
