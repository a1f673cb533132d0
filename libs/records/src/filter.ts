import { Malformed } from "@kehu/contracts";
import type { Bind } from "@kehu/auth";
import type { BlindKind } from "@kehu/personal-data";
import type { Field, FieldMap } from "./field.ts";
import {
  blindValue,
  listOf,
  OPERATORS,
  parseValue,
  truth,
  type FilterOptions,
  type Operator,
} from "./filter-values.ts";
import { keywordSql, type Keywords } from "./keywords.ts";
import { isMoment, momentSql, type MomentOperator } from "./moment-filter.ts";

/** A condition on one field, or conditions joined. */
export type Filter =
  { field: string; op: Operator; value: unknown } | Keywords | { and: Filter[] } | { or: Filter[] } | { not: Filter };

/** How deep a tree may be, and how many conditions it may have. */
const DEPTH = 10;
const CONDITIONS = 100;

/**
 * Reads a filter tree as a caller sent it.
 *
 * @throws Malformed `filter.invalid`, `filter.unknown-field` (with `allowed`), `filter.unknown-operator`, `field.encrypted` (with
 *   `allowed`)
 */
export function parseFilter(fields: FieldMap, input: unknown): Filter {
  let count = 0;
  const parse = (node: unknown, depth: number): Filter => {
    if (depth > DEPTH || ++count > CONDITIONS)
      throw new Malformed("filter.invalid", `A filter has at most ${DEPTH} levels and ${CONDITIONS} conditions.`);
    if (typeof node !== "object" || node === null || Array.isArray(node))
      throw new Malformed("filter.invalid", "A filter is an object.");
    const keys = Object.keys(node).sort().join();
    const { and, or, not } = node as Record<string, unknown>;
    if (keys === "and" && Array.isArray(and)) return { and: and.map((part) => parse(part, depth + 1)) };
    if (keys === "or" && Array.isArray(or)) return { or: or.map((part) => parse(part, depth + 1)) };
    if (keys === "not") return { not: parse(not, depth + 1) };
    if (keys === "field,op,value" || keys === "field,value")
      return condition(fields, node as { field: unknown; op?: unknown; value: unknown });
    throw new Malformed("filter.invalid", "A filter is { field, op, value }, { and: [] }, { or: [] } or { not: {} }.");
  };
  return parse(input, 1);
}

function condition(
  fields: FieldMap,
  { field: name, op = "eq", value }: { field: unknown; op?: unknown; value: unknown },
): Filter {
  const field = typeof name === "string" && Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (!field?.filterable) {
    const allowed = Object.keys(fields).filter((one) => fields[one]!.filterable);
    throw new Malformed("filter.unknown-field", "There is no such field to filter by.", { allowed });
  }
  const allowed = operatorsOf(field);
  if (!allowed.includes(op as Operator) && field.personal)
    throw new Malformed("field.encrypted", `${String(name)} is encrypted: only equal values are found.`, { allowed });
  if (!allowed.includes(op as Operator))
    throw new Malformed("filter.unknown-operator", `${String(name)} is not filtered like that.`, { allowed });
  return { field: name as string, op: op as Operator, value };
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
      return ["eq", "in", "isNull"];
    case "text":
    case "longText":
      return OPERATORS;
    default:
      return OPERATORS.filter((operator) => operator !== "contains" && operator !== "startsWith");
  }
}

/** Makes the token by which an encrypted value is found. */
export type Token = (kind: BlindKind, value: string) => string;

const COMPARISONS: Partial<Record<Operator, string>> = { eq: "=", gt: ">", gte: ">=", lt: "<", lte: "<=" };

/**
 * Compiles a filter to a condition that is true or false and never unknown: an empty value equals nothing, so `ne` and
 * `nin` match it, comparisons do not, and `not` is the plain complement.
 *
 * @param token needed where a field is found by tokens
 */
export function filterSql(fields: FieldMap, filter: Filter, bind: Bind, options: FilterOptions, token?: Token): string {
  const compile = (node: Filter): string => {
    if ("and" in node) return node.and.length ? `(${node.and.map(compile).join(" AND ")})` : "true";
    if ("or" in node) return node.or.length ? `(${node.or.map(compile).join(" OR ")})` : "false";
    if ("not" in node) return `(NOT ${compile(node.not)})`;
    if ("words" in node) return `(${keywordSql(fields, node, bind)})`;
    const field = fields[node.field]!;
    if (field.blind) return `(${blindSql(node.field, field, node.op, node.value, bind, options, token!)})`;
    return `(${conditionSql(node.field, field, node.op, node.value, bind, options)})`;
  };
  return compile(filter);
}

/** An encrypted value is compared by its token; whether there is one, by the plain word of its kind. */
function blindSql(
  name: string,
  field: Field,
  op: Operator,
  value: unknown,
  bind: Bind,
  options: FilterOptions,
  token: Token,
): string {
  const kind = field.blind!;
  if (op === "isNull") return `${truth(name, value) ? "NOT " : ""}t.blind_index && ARRAY['${kind}']`;
  const wanted = (op === "in" ? listOf(name, value) : [value]).map((item) =>
    token(kind, blindValue(name, field, item, options)),
  );
  return `t.blind_index && ${bind(wanted)}::text[]`;
}

function conditionSql(
  name: string,
  field: Field,
  op: Operator,
  value: unknown,
  bind: Bind,
  options: FilterOptions,
): string {
  const column = `t.${columnOf(field)}`;
  if (op !== "isNull" && isMoment(field)) return momentSql(name, field, op as MomentOperator, value, bind, options);
  // Typed, so that a number beyond the column's own type is one that no row has.
  const one = (input: unknown) => `${bind(parseValue(name, field, input, options))}::${sqlType(field)}`;
  if (field.kind === "list") {
    if (op === "isNull") return `cardinality(${column}) ${truth(name, value) ? "=" : ">"} 0`;
    const wanted = (op === "in" ? listOf(name, value) : [value]).map((item) => parseValue(name, field, item, options));
    return `${column} && ${bind(wanted)}::text[]`;
  }
  switch (op) {
    case "isNull":
      return `${column} IS ${truth(name, value) ? "" : "NOT "}NULL`;
    case "in":
    case "nin": {
      const list = bind(listOf(name, value).map((item) => parseValue(name, field, item, options)));
      const matches = `coalesce(${column} = ANY(${list}::${sqlType(field)}[]), false)`;
      return op === "in" ? matches : `NOT ${matches}`;
    }
    case "contains":
    case "startsWith":
      return `coalesce(${column} ILIKE ${bind(likePattern(String(parseValue(name, field, value, options)), op))}, false)`;
    case "ne":
      return `${column} IS DISTINCT FROM ${one(value)}`;
    default:
      return `coalesce(${column}${inOrder(field, op)} ${COMPARISONS[op]!} ${one(value)}, false)`;
  }
}

/** Texts come in the order of their bytes, whatever the database's own is: so `matcherOf` can tell it, too. */
const inOrder = (field: Field, op: Operator) => (op !== "eq" && sqlType(field) === "text" ? ' COLLATE "C"' : "");

/** @returns the column by which a field is compared and sorted */
export const columnOf = (field: Field) => (field.kind === "money" ? `${field.column}_minor` : field.column);

function likePattern(value: string, op: "contains" | "startsWith"): string {
  const escaped = value.replace(/[\\%_]/g, "\\$&");
  return op === "contains" ? `%${escaped}%` : `${escaped}%`;
}

export function sqlType(field: Field): string {
  const types = {
    integer: "bigint",
    boolean: "boolean",
    date: "date",
    instant: "timestamptz",
    id: "uuid",
    reference: "uuid",
    money: "bigint",
    json: "jsonb",
  } as const;
  return (types as Partial<Record<string, string>>)[field.kind] ?? "text";
}
