import type { Bind } from "@kehu/auth";
import type { FieldMap } from "./field.ts";
import { integer } from "./fields.ts";
import { filterSql, type Token } from "./filter-sql.ts";
import type { Filter } from "./filter.ts";
import type { FilterOptions } from "./filter-values.ts";
import { namesOf, textsSql, wordsOf, type Keyword, type Keywords } from "./keywords.ts";
import type { Resource } from "./resource.ts";
import type { SortKey } from "./sort.ts";

/** What a caller searches by. */
export interface Search {
  /** What he typed, in one form of each letter, with single spaces. */
  text: string;
  keywords: Keywords | null;
  /** Conditions on the e-mail address or phone number that it may be, as a whole. */
  exact: readonly Filter[];
}

/** Fewer digits are no phone number in any country. */
const FEWEST_DIGITS = 5;

/** The only words that a phone number has. */
const EXTENSION = /(ext\.?|x)\s*\d+$/iu;

/** @returns the fields of people of which a value may stand in the text, among other words too */
export function reachIn(open: FieldMap, text: string): ("email" | "phone")[] {
  const plain = text.normalize("NFKC");
  const isIn = {
    email: plain.includes("@"),
    phone: plain.replace(/[^\p{Nd}]/gu, "").length >= FEWEST_DIGITS,
  };
  return (["email", "phone"] as const).filter((field) => isIn[field] && Object.hasOwn(open, field));
}

/**
 * Reads what a caller searches by.
 *
 * @param open the fields that he may see; by what is hidden from him nothing is found
 * @param keywords by what `q` finds records of the resource
 * @throws Malformed `query.invalid` for a text that is blank, too long, or of too many words
 */
export function parseKeywords(open: FieldMap, keywords: readonly Keyword[], text: string): Search {
  const words = wordsOf(text);
  const has = (field: string) => Object.hasOwn(open, field);
  const by = keywords.filter((one) => namesOf(one).every(has));
  const plain = text.normalize("NFKC");
  // Out of other words a number would be read that is only a part of what is looked for.
  const hasWords = /\p{L}/u.test(plain.replace(EXTENSION, ""));
  const exact = reachIn(open, plain).filter((field) => field === "email" || !hasWords);
  return {
    text: words.join(" "),
    keywords: by.length ? { words, by, index: keywords } : null,
    exact: exact.map((field) => ({ field, op: "eq", value: plain })),
  };
}

/**
 * @param byIndex false where so many records are found that the index only costs
 * @returns the condition that a search puts
 */
export function searchFilter({ keywords, exact }: Search, byIndex = true): Filter {
  return { or: [...(keywords ? [byIndex ? keywords : { ...keywords, index: null }] : []), ...exact] };
}

/** The key by which what fits better comes first; its column stands in no table. */
export const RANK: SortKey = {
  name: "q.rank",
  field: integer("Rank", "匹配度", { column: "q_rank", neverNull: true }),
  descending: false,
};

/**
 * More records than these are not ranked, as that looks at each of them: what `q` finds then comes in the list's own order.
 * Which it is, is asked for the first page; the cursor keeps the answer for the others, so that no page changes the order,
 * whatever is written meanwhile.
 */
export const MOST_RANKED = 5_000;

/** The order of a list, to which its cursors are bound. */
export const orderOf = ({ sort, ranked }: { sort: readonly SortKey[]; ranked: boolean }): readonly SortKey[] =>
  ranked ? [RANK, ...sort] : sort;

/** The statement whose row says whether more are found than are ranked. @param condition scope, filter and `q` */
export const findsManySql = (table: string, condition: string) =>
  `SELECT count(*) > ${MOST_RANKED} AS many FROM (SELECT FROM ${table} t WHERE ${condition} LIMIT ${MOST_RANKED + 1}) f`;

/** How well a record fits, of those that a search finds: from 0, the best (`rank_of` in SQL). */
function rankSql(fields: FieldMap, { text, keywords }: Search, exact: string, bind: Bind): string {
  if (!keywords) return "0";
  const rank = `(SELECT rank_of(f.texts, folded(${bind(text)}::text)) FROM (SELECT ${textsSql(fields, keywords.by)} AS texts OFFSET 0) f)`;
  return `CASE WHEN ${exact} THEN 0 ELSE ${rank} END`;
}

/** A statement's parts: what it begins with, what a page is read from instead of the table, and whether too many are found. */
export interface RankedSql {
  readonly found: string;
  readonly from: string;
  readonly many: string;
}

/**
 * The rows that are found, each with its rank. Where they are too many to be ranked, no more are read than tell it, and none
 * is ranked.
 *
 * @param condition scope, filter and `q`
 * @param isKnown it is known that they are few enough
 */
export function rankedSql(
  { table, fields }: Pick<Resource, "table" | "fields">,
  q: Search,
  condition: string,
  isKnown: boolean,
  bind: Bind,
  options: FilterOptions,
  token: Token,
): RankedSql {
  const exact = filterSql(fields, { or: [...q.exact] }, bind, options, token);
  const rank = rankSql(fields, q, exact, bind);
  const found = (limit: string) => `WITH found AS MATERIALIZED (SELECT t.* FROM ${table} t WHERE ${condition}${limit})`;
  const from = (sql: string) => `(SELECT t.*, ${sql} AS ${RANK.field.column} FROM found t)`;
  if (isKnown) return { found: found(""), from: from(rank), many: "false" };
  const many = `(SELECT count(*) > ${MOST_RANKED} FROM found)`;
  return { found: found(` LIMIT ${MOST_RANKED + 1}`), from: from(`CASE WHEN ${many} THEN 0 ELSE ${rank} END`), many };
}
