import type { Field, FieldMap } from "./field.ts";
import { DEPTH } from "./filter.ts";
import { through, UNRELATED, type Related } from "./related.ts";

/** A condition of a tree as somebody sent it, whether a filter may be made of it or not. */
export interface SentCondition {
  /** As it is called from outside: `industry`, `account.industry`, `contacts.title`. */
  name: string;
  op: unknown;
  /** Undefined where there is none, or none that is open. */
  field: Field | undefined;
  /** It is a field of a record about a person. */
  isOfPersons: boolean;
}

/** The fields that conditions name. */
interface Known {
  /** What stands before their names: `contacts.`. */
  prefix: string;
  fields: FieldMap;
  related: Related;
  isOfPersons: boolean;
}

/** @returns all conditions of a tree; none of those deeper than any filter has */
export function conditionsIn(where: object, known: Omit<Known, "prefix">): SentCondition[] {
  return conditionsOf(where, { ...known, prefix: "" }, 1);
}

function conditionsOf(node: unknown, known: Known, depth: number): SentCondition[] {
  if (typeof node !== "object" || node === null || depth > DEPTH) return [];
  const { field, op, and, or, not, any } = node as Record<string, unknown>;
  if (typeof field === "string") return [conditionOn(field, op, known)];
  const parts = [and, or, [not]].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  const within = parts.flatMap((part) => conditionsOf(part, known, depth + 1));
  return typeof any === "object" && any !== null ? [...within, ...ofRelated(any, known, depth + 1)] : within;
}

function conditionOn(name: string, op: unknown, { prefix, fields, related, isOfPersons }: Known): SentCondition {
  if (Object.hasOwn(fields, name)) return { name: prefix + name, op, field: fields[name], isOfPersons };
  const to = through(related, name);
  return { name: prefix + name, op, field: to?.field, isOfPersons: to?.side.isOfPersons ?? false };
}

function ofRelated(any: object, { related }: Known, depth: number): SentCondition[] {
  const { resource, by, where } = any as Record<string, unknown>;
  const name = String(resource).slice(0, 100);
  const sides = related.many.get(name);
  const side = sides && (sides.get(by as string) ?? [...sides.values()][0]);
  if (!side) return [{ name, op: undefined, field: undefined, isOfPersons: false }];
  const { fields, isOfPersons } = side;
  return conditionsOf(where, { prefix: `${name}.`, fields, related: UNRELATED, isOfPersons }, depth);
}
