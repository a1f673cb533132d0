import type { Bind } from "@kehu/auth";
import type { FieldMap } from "./field.ts";
import { integer } from "./fields.ts";
import { filterSql, type Token } from "./filter-sql.ts";
import type { Filter } from "./filter.ts";
import type { FilterOptions } from "./filter-values.ts";
import { namesOf, textsSql, wordsOf, type Keyword, type Keywords } from "./keywords.ts";
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
  const equals = (field: string): Filter => ({ field, op: "eq", value: text });
  const isLong = text.replace(/[^\p{Nd}]/gu, "").length >= FEWEST_DIGITS;
  return {
    text: words.join(" "),
    keywords: by.length ? { words, by, index: keywords } : null,
    exact: [
      ...(has("email") && text.includes("@") ? [equals("email")] : []),
      ...(has("phone") && isLong ? [equals("phone")] : []),
    ],
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
  return `CASE WHEN ${exact} THEN 0 ELSE rank_of(${textsSql(fields, keywords.by)}, folded(${bind(text)}::text)) END`;
}

/** What a page is read from instead of the table: the rows that are found, each with its rank. */
export function rankedSql(
  table: string,
  fields: FieldMap,
  q: Search,
  condition: string,
  bind: Bind,
  options: FilterOptions,
  token: Token,
): string {
  const exact = filterSql(fields, { or: [...q.exact] }, bind, options, token);
  return `(SELECT t.*, ${rankSql(fields, q, exact, bind)} AS ${RANK.field.column} FROM ${table} t WHERE ${condition})`;
}
