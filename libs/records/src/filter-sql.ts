import type { Bind } from "@kehu/auth";
import type { BlindKind } from "@kehu/personal-data";
import type { Field, FieldMap } from "./field.ts";
import type { Filter } from "./filter.ts";
import { amountOf, blindValue, listOf, parseValue, truth, type FilterOptions, type Operator } from "./filter-values.ts";
import { keywordSql } from "./keywords.ts";
import { isMoment, momentSql, type MomentOperator } from "./moment-filter.ts";
import { through, UNRELATED, type Related, type Side } from "./related.ts";

/** Makes the token by which an encrypted value is found. */
export type Token = (kind: BlindKind, value: string) => string;

const COMPARISONS: Partial<Record<Operator, string>> = { eq: "=", gt: ">", gte: ">=", lt: "<", lte: "<=" };

/**
 * Compiles a filter to the condition of a WHERE: an empty value equals nothing, so `ne` and `nin` match it, comparisons do
 * not, and `not` is the plain complement. Where it does not hold it may be unknown instead of false, so that an index
 * serves it; below a `not` it never is. A related record that is deleted, or that the caller does not reach, is none: what
 * is asked of it is asked of a record whose fields are all empty.
 *
 * @param token needed where a field is found by tokens
 * @param related by which the filter was parsed
 */
export function filterSql(
  fields: FieldMap,
  filter: Filter,
  bind: Bind,
  options: FilterOptions,
  token?: Token,
  related: Related = UNRELATED,
): string {
  const shared = { bind, options, token };
  const compile = (node: Filter, known: Known, isExact: boolean): string => {
    const all = (nodes: readonly Filter[], joint: string) =>
      `(${nodes.map((one) => compile(one, known, isExact)).join(joint)})`;
    if ("and" in node) return node.and.length ? all(node.and, " AND ") : "true";
    if ("or" in node) return node.or.length ? all(node.or, " OR ") : "false";
    if ("not" in node) return `(NOT ${compile(node.not, known, true)})`;
    if ("words" in node) return `(${keywordSql(known.fields, node, bind)})`;
    if ("any" in node) {
      const side = known.related.many.get(node.any.resource)!.get(node.any.by)!;
      return existsSql(
        side,
        compile(node.any.where, { fields: side.fields, related: UNRELATED, row: "r" }, false),
        bind,
      );
    }
    const { field: name, op, value } = node;
    if (Object.hasOwn(known.fields, name))
      return `(${fieldSql({ name, field: known.fields[name]!, row: known.row, op, value, isExact, ...shared })})`;
    const { side, field } = through(known.related, name)!;
    return throughSql(side, { name, field: field!, row: "r", op, value, isExact: false, ...shared });
  };
  return compile(filter, { fields, related, row: "t" }, false);
}

/** What conditions are about: the fields of a row, and the alias of its table. */
interface Known {
  fields: FieldMap;
  related: Related;
  row: "t" | "r";
}

/** There is a related record, live and within the caller's reach, of which the condition holds. */
const existsSql = ({ from, on, reach }: Side, condition: string, bind: Bind) =>
  `EXISTS (SELECT 1 FROM ${from} WHERE ${on} AND r.deleted_at IS NULL AND (${reach(bind)}) AND (${condition}))`;

/** A condition on the record that is referred to: where there is none, all of its fields are empty. */
function throughSql(side: Side, condition: Condition): string {
  const { name, op, value, bind } = condition;
  const exists = (one: Partial<Condition>) => existsSql(side, fieldSql({ ...condition, ...one }), bind);
  if (op === "isNull") return `(${truth(name, value) ? "NOT " : ""}${exists({ value: false })})`;
  if (op === "ne" || op === "nin") return `(NOT ${exists({ op: op === "ne" ? "eq" : "in" })})`;
  return exists({});
}

/** A condition on one field on its way to SQL. */
interface Condition {
  name: string;
  field: Field;
  /** Alias of the table in which the field stands. */
  row: "t" | "r";
  op: Operator;
  value: unknown;
  bind: Bind;
  options: FilterOptions;
  /** It must not be unknown. */
  isExact: boolean;
  token: Token | undefined;
}

function fieldSql(condition: Condition): string {
  if (condition.field.blind) return blindSql(condition);
  return condition.field.custom ? customSql(condition) : conditionSql(condition);
}

/** An encrypted value is compared by its token; whether there is one, by the plain word of its kind. */
function blindSql({ name, field, row, op, value, bind, options, token }: Condition): string {
  const kind = field.blind!;
  if (op === "isNull") return `${truth(name, value) ? "NOT " : ""}${row}.blind_index && ARRAY['${kind}']`;
  const wanted = (op === "in" ? listOf(name, value) : [value]).map((item) =>
    token!(kind, blindValue(name, field, item, options)),
  );
  return `${row}.blind_index && ${bind(wanted)}::text[]`;
}

/** What the company has added stands in rows of its own, one for each value: an empty field has none. */
function customSql(condition: Condition): string {
  const { name, field, row, op, value } = condition;
  const exists = (further: string) =>
    `EXISTS (SELECT 1 FROM custom_value c WHERE c.record_id = ${row}.id AND c.field = '${field.custom!.key}'${further})`;
  if (op === "isNull") return `${truth(name, value) ? "NOT " : ""}${exists("")}`;
  const isNegative = op === "ne" || op === "nin";
  const positive = { ...condition, op: isNegative ? (op === "ne" ? "eq" : "in") : op, isExact: false } as const;
  return `${isNegative ? "NOT " : ""}${exists(` AND (${conditionSql(positive)})`)}`;
}

function conditionSql(condition: Condition): string {
  const { name, field, row, op, value, bind, options, isExact } = condition;
  const column = columnSql(field, row);
  const known = (sql: string) => (isExact ? `coalesce(${sql}, false)` : sql);
  if (op === "isNull") return emptySql(field, column, truth(name, value));
  if (field.kind === "money") return moneySql(condition, column);
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

/** Amounts are compared with those of the same currency alone. */
function moneySql({ name, field, row, op, value, bind, options, isExact }: Condition, column: string): string {
  const type = sqlType(field);
  const holds = (fits: string, currency: string) =>
    `(${column} ${fits} AND ${currencyColumn(field, row)} = ${bind(currency)}::text)`;
  const isOneOf = () => {
    const amounts = Map.groupBy(
      listOf(name, value).map((one) => amountOf(name, one, options)),
      ({ currency }) => currency,
    );
    const each = [...amounts].map(([currency, some]) =>
      holds(`= ANY(${bind(some.map(({ minor }) => minor.toString()))}::${type}[])`, currency),
    );
    return each.join(" OR ");
  };
  const compares = () => {
    const { minor, currency } = amountOf(name, value, options);
    return holds(`${COMPARISONS[op === "ne" ? "eq" : op]!} ${bind(minor.toString())}::${type}`, currency);
  };
  const sql = op === "in" || op === "nin" ? isOneOf() : compares();
  if (op === "ne" || op === "nin") return `NOT coalesce(${sql}, false)`;
  return isExact ? `coalesce(${sql}, false)` : sql;
}

const currencyColumn = (field: Field, row: string) => (field.custom ? "c.currency" : `${row}.${field.column}_currency`);

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

/** The column as an expression; `c` is the table with the values of custom fields. */
const columnSql = (field: Field, row: string) =>
  field.custom ? `c.${customColumn(field)}` : `${row}.${columnOf(field)}`;

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
