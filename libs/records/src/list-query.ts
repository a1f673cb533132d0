import { ArrayMaxSize, IsArray, IsIn, IsInt, IsObject, IsString, Max, MaxLength, Min } from "class-validator";
import { Malformed } from "@kehu/contracts";
import { LONGEST_CURSOR } from "./cursor.ts";
import { Nullable, Optional } from "./dto.ts";
import { parseFilter, type Filter } from "./filter.ts";
import { OPERATORS, type Operator } from "./filter-values.ts";
import type { FieldMap } from "./field.ts";
import { parseKeywords, type Search } from "./keyword-search.ts";
import { LONGEST_Q, takesKeywords, type Keyword } from "./keywords.ts";
import { UNRELATED, type Related } from "./related.ts";
import { parseSort, type SortKey } from "./sort.ts";

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;
/** What a list is asked for, whether it came as a query string or as a tree. */
export interface ListQuery {
  where: Filter | null;
  q: Search | null;
  sort: SortKey[];
  /** What fits `q` better comes first: the caller asked for no other order. */
  ranked: boolean;
  limit: number;
  cursor: string | null;
  count: boolean;
  /** The fields to show; null for all. */
  fields: string[] | null;
}

/** Body of `POST .../search`. */
export class SearchRequest {
  /** `{ field, op, value }`, `{ and: [] }`, `{ or: [] }`, `{ not: {} }` or `{ any: { resource, where } }` */
  @Nullable() @IsObject() where?: object;
  /** As in the list's query string, without leaving what is searched for in an address. */
  @Optional() @IsString() @MaxLength(LONGEST_Q) q?: string;
  @Optional() @IsArray() @ArrayMaxSize(5) @IsString({ each: true }) sort?: string[];
  @Optional() @IsInt() @Min(1) @Max(MAX_LIMIT) limit?: number;
  @Nullable() @IsString() @MaxLength(LONGEST_CURSOR) cursor?: string;
  @Optional() @IsIn(["exact"]) count?: "exact";
  @Optional() @IsArray() @ArrayMaxSize(100) @IsString({ each: true }) fields?: string[];
}

const FILTER_KEY = /^filter\[([A-Za-z][A-Za-z0-9.]*)\](?:\[([A-Za-z]+)\])?$/;
const PLAIN_KEYS = ["sort", "limit", "cursor", "count", "fields"];

/**
 * Separates the conditions of a query string (`filter[stage]=x`, `filter[amount][gte]=1`) from its plain parameters.
 *
 * @param query keys as they came; a key that was given twice has a list as its value
 * @param plainKeys the plain parameters that are known
 * @throws Malformed naming the parameter
 */
export function filterParameters(
  fields: FieldMap,
  query: Readonly<Record<string, unknown>>,
  plainKeys: readonly string[],
  related: Related = UNRELATED,
) {
  const conditions: Filter[] = [];
  const plain: Record<string, string> = {};
  for (const [key, value] of Object.entries(query)) {
    if (typeof value !== "string") throw invalid(key, "is given twice");
    if (plainKeys.includes(key)) plain[key] = nonEmpty(key, value);
    else conditions.push(conditionOf(fields, key, value, plainKeys, related));
  }
  return { where: conditions.length ? { and: conditions } : null, plain };
}

/**
 * Reads a list's query string: `filter[stage]=x&filter[amount][gte]=1&q=x&sort=-amount,name&limit=50&cursor=...&count=exact`.
 *
 * @param keywords by what `q` finds records of the resource
 * @param related what may be asked of related records
 * @throws Malformed naming the parameter
 */
export function parseListQuery(
  fields: FieldMap,
  query: Readonly<Record<string, unknown>>,
  defaultSort: readonly string[],
  keywords?: readonly Keyword[],
  related?: Related,
): ListQuery {
  const { where, q, plain } = conditionsOf(fields, query, PLAIN_KEYS, keywords, related);
  return {
    where,
    q,
    sort: parseSort(fields, plain["sort"]?.split(",") ?? defaultSort),
    ranked: q !== null && plain["sort"] === undefined,
    limit: limitOf(plain["limit"]),
    cursor: plain["cursor"] ?? null,
    count: countOf(plain["count"]),
    fields: pickOf(fields, plain["fields"]?.split(",") ?? null),
  };
}

/**
 * Reads the conditions of a query string, `q=` among them where the resource has it.
 *
 * @param plainKeys the other plain parameters that are known
 * @throws Malformed naming the parameter
 */
export function conditionsOf(
  fields: FieldMap,
  query: Readonly<Record<string, unknown>>,
  plainKeys: readonly string[],
  keywords?: readonly Keyword[],
  related?: Related,
) {
  const takesQ = takesKeywords(fields, keywords);
  const { where, plain } = filterParameters(fields, query, takesQ ? [...plainKeys, "q"] : plainKeys, related);
  return { where, q: plain["q"] === undefined ? null : parseKeywords(fields, keywords!, plain["q"]), plain };
}

/**
 * Reads the query string of what is only paged: `limit=50&cursor=...`.
 *
 * @throws Malformed naming the parameter
 */
export function parsePaging(query: Readonly<Record<string, unknown>>): Pick<ListQuery, "limit" | "cursor"> {
  const { plain } = filterParameters({}, query, ["limit", "cursor"]);
  return { limit: limitOf(plain["limit"]), cursor: plain["cursor"] ?? null };
}

/** Reads the body of a search. */
export function parseSearch(
  fields: FieldMap,
  body: SearchRequest,
  defaultSort: readonly string[],
  keywords?: readonly Keyword[],
  related?: Related,
): ListQuery {
  if (body.q !== undefined && !takesKeywords(fields, keywords)) throw invalid("q", "finds nothing here");
  return {
    where: body.where ? parseFilter(fields, body.where, related) : null,
    q: body.q === undefined ? null : parseKeywords(fields, keywords!, body.q),
    sort: parseSort(fields, body.sort ?? defaultSort),
    ranked: body.q !== undefined && body.sort === undefined,
    limit: body.limit ?? DEFAULT_LIMIT,
    cursor: body.cursor ?? null,
    count: body.count === "exact",
    fields: pickOf(fields, body.fields ?? null),
  };
}

function conditionOf(
  fields: FieldMap,
  key: string,
  value: string,
  plainKeys: readonly string[],
  related: Related,
): Filter {
  const match = FILTER_KEY.exec(key);
  if (!match)
    throw invalid(key, "is not a parameter of this list", {
      allowed: [...plainKeys, "filter[<field>]", "filter[<field>][<operator>]"],
    });
  const op = match[2] ?? "eq";
  if (!OPERATORS.includes(op as Operator))
    throw new Malformed("filter.unknown-operator", `${key} has no such operator.`, { allowed: OPERATORS });
  return parseFilter(fields, { field: match[1], op, value }, related);
}

function invalid(key: string, text: string, members = {}): Malformed {
  return new Malformed("query.invalid", `The parameter ${key.slice(0, 100)} ${text}.`, members);
}

function nonEmpty(key: string, value: string): string {
  if (value === "") throw invalid(key, "is empty");
  return value;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^[1-9]\d{0,2}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw invalid("limit", `is a whole number from 1 to ${MAX_LIMIT}`);
  return limit;
}

function countOf(text: string | undefined): boolean {
  if (text !== undefined && text !== "exact") throw invalid("count", 'takes only "exact"');
  return text === "exact";
}

function pickOf(fields: FieldMap, names: string[] | null): string[] | null {
  const unknown = names?.find((name) => !Object.hasOwn(fields, name));
  if (unknown !== undefined)
    throw new Malformed("fields.unknown", "There is no such field.", { allowed: Object.keys(fields) });
  return names;
}
