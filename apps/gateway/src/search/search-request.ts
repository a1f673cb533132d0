import { Malformed } from "@kehu/contracts";
import { filterParameters, LONGEST_Q, wordsOf, type QueryParameter } from "@kehu/records";

const DEFAULT_LIMIT = 5;
const MAX_LIMIT = 20;

export const SEARCH = {
  q: {
    description: "Words that are looked for, as in a list",
    schema: { type: "string", minLength: 1, maxLength: LONGEST_Q },
    required: true,
  },
  limit: {
    description: "Records of each kind",
    schema: { type: "integer", minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
  },
  kinds: {
    description: "Kinds of records as their paths are called, with commas between; all where it is not given",
    schema: { type: "array", items: { type: "string", description: "`accounts`, `contacts`, ..." } },
  },
} as const satisfies Record<string, QueryParameter>;

/** What is looked for, and where. */
export interface SearchRequest {
  q: string;
  limit: number;
  /** Null: in all. */
  kinds: readonly string[] | null;
}

/** @throws Malformed `query.invalid` naming the parameter */
export function parseSearchRequest(query: Readonly<Record<string, unknown>>): SearchRequest {
  const { q, limit, kinds } = filterParameters({}, query, Object.keys(SEARCH)).plain;
  if (q === undefined) throw new Malformed("query.invalid", "The parameter q is missing: what is looked for.");
  wordsOf(q);
  return { q, limit: limitOf(limit), kinds: kinds === undefined ? null : [...new Set(kinds.split(","))] };
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^[1-9]\d?$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT)
    throw new Malformed("query.invalid", `The parameter limit is a whole number from 1 to ${MAX_LIMIT}.`);
  return limit;
}
