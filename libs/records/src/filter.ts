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
export const DEPTH = 10;
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

/** Makes the token by which an encrypted value is found. */
export type Token = (kind: BlindKind, value: string) => string;

const COMPARISONS: Partial<Record<Operator, string>> = { eq: "=", gt: ">", gte: ">=", lt: "<", lte: "<=" };

/**
 * Compiles a filter to the condition of a WHERE: an empty value equals nothing, so `ne` and `nin` match it, comparisons do
 * not, and `not` is the plain complement. Where it does not hold it may be unknown instead of false, so that an index
 * serves it; below a `not` it never is.
 *
 * @param token needed where a field is found by tokens
 */
export function filterSql(fields: FieldMap, filter: Filter, bind: Bind, options: FilterOptions, token?: Token): string {
  const compile = (node: Filter, isExact: boolean): string => {
    const all = (nodes: readonly Filter[], joint: string) =>
      `(${nodes.map((one) => compile(one, isExact)).join(joint)})`;
    if ("and" in node) return node.and.length ? all(node.and, " AND ") : "true";
    if ("or" in node) return node.or.length ? all(node.or, " OR ") : "false";
    if ("not" in node) return `(NOT ${compile(node.not, true)})`;
    if ("words" in node) return `(${keywordSql(fields, node, bind)})`;
    const field = fields[node.field]!;
    const condition = { name: node.field, field, op: node.op, value: node.value, bind, options, isExact };
    if (field.blind) return `(${blindSql(condition, token!)})`;
    return `(${field.custom ? customSql(condition) : conditionSql(condition)})`;
  };
  return compile(filter, false);
}

/** A condition on one field on its way to SQL. */
interface Condition {
  name: string;
  field: Field;
  op: Operator;
  value: unknown;
  bind: Bind;
  options: FilterOptions;
  /** It must not be unknown. */
  isExact: boolean;
}

/** An encrypted value is compared by its token; whether there is one, by the plain word of its kind. */
function blindSql({ name, field, op, value, bind, options }: Condition, token: Token): string {
  const kind = field.blind!;
  if (op === "isNull") return `${truth(name, value) ? "NOT " : ""}t.blind_index && ARRAY['${kind}']`;
  const wanted = (op === "in" ? listOf(name, value) : [value]).map((item) =>
    token(kind, blindValue(name, field, item, options)),
  );
  return `t.blind_index && ${bind(wanted)}::text[]`;
}

/** What the company has added stands in rows of its own, one for each value: an empty field has none. */
function customSql(condition: Condition): string {
  const { name, field, op, value } = condition;
  const exists = (further: string) =>
    `EXISTS (SELECT 1 FROM custom_value c WHERE c.record_id = t.id AND c.field = '${field.custom!.key}'${further})`;
  if (op === "isNull") return `${truth(name, value) ? "NOT " : ""}${exists("")}`;
  const isNegative = op === "ne" || op === "nin";
  const positive = { ...condition, op: isNegative ? (op === "ne" ? "eq" : "in") : op, isExact: false } as const;
  return `${isNegative ? "NOT " : ""}${exists(` AND (${conditionSql(positive)})`)}`;
}

function conditionSql(condition: Condition): string {
  const { name, field, op, value, bind, options, isExact } = condition;
  const column = columnSql(field);
  const known = (sql: string) => (isExact ? `coalesce(${sql}, false)` : sql);
  if (op === "isNull") return emptySql(field, column, truth(name, value));
  if (isMoment(field)) return momentSql(column, name, field, op as MomentOperator, value, bind, options, isExact);
  // Typed, so that a number beyond the column's own type is one that no row has.
  const read = (input: unknown) => parseValue(name, field, input, options);
  const one = () => `${bind(read(value))}::${sqlType(field)}`;
  const some = () => `${bind(listOf(name, value).map(read))}::${sqlType(field)}[]`;
  if (field.kind === "list")
    return `${column} && ${bind((op === "in" ? listOf(name, value) : [value]).map(read))}::text[] AND ${column} <> '{}'`;
  switch (op) {
    case "in":
      return known(`${column} = ANY(${some()})`);
    case "nin":
      return `NOT coalesce(${column} = ANY(${some()}), false)`;
    case "contains":
    case "startsWith":
      return known(`${inAnyCase(field, column)} ILIKE ${bind(likePattern(String(read(value)), op))}`);
    case "ne":
      return `${column} IS DISTINCT FROM ${one()}`;
    default:
      return known(`${column}${inOrder(field, op)} ${COMPARISONS[op]!} ${one()}`);
  }
}

const emptySql = ({ kind }: Field, column: string, isEmpty: boolean) =>
  kind === "list" ? `cardinality(${column}) ${isEmpty ? "=" : ">"} 0` : `${column} IS ${isEmpty ? "" : "NOT "}NULL`;

/** Texts come in the order of their bytes, whatever the database's own is: so `matcherOf` can tell it, too. */
const inOrder = (field: Field, op: Operator) => (op !== "eq" && sqlType(field) === "text" ? ' COLLATE "C"' : "");

/** The order of bytes, in which custom values stand, knows capitals of ASCII only. */
const inAnyCase = ({ custom }: Field, column: string) => (custom ? `${column} COLLATE "default"` : column);

/** @returns the column by which a field is compared and sorted */
export const columnOf = (field: Field) => (field.kind === "money" ? `${field.column}_minor` : field.column);

/** Where the values of a field stand that the company has added, in the table `custom_value`. */
export const customColumn = ({ kind }: Field) =>
  kind === "number" || kind === "money" ? "number_value" : "text_value";

/** The column as an expression: `t` is the resource's table, `c` the one with the values of custom fields. */
const columnSql = (field: Field) => (field.custom ? `c.${customColumn(field)}` : `t.${columnOf(field)}`);

function likePattern(value: string, op: "contains" | "startsWith"): string {
  const escaped = value.replace(/[\\%_]/g, "\\$&");
  return op === "contains" ? `%${escaped}%` : `${escaped}%`;
}

export function sqlType(field: Field): string {
  if (field.custom) return customColumn(field) === "number_value" ? "numeric" : "text";
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
