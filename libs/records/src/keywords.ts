import type { Bind } from "@kehu/auth";
import { Malformed } from "@kehu/contracts";
import type { Field, FieldMap } from "./field.ts";

/** By what `q` finds records: a field with a text or a number, or the fields with a person's first and last name. */
export type Keyword = string | readonly [first: string, last: string];

/** Words of which each has to stand in one of the texts. */
export interface Keywords {
  words: readonly string[];
  /** What is looked at: what is open to the caller. */
  by: readonly Keyword[];
  /** What the index holds, if it is to be used. */
  index: readonly Keyword[] | null;
}

/** The longest text that `q` takes, and the most words. */
export const LONGEST_Q = 200;
export const MOST_WORDS = 10;

/** Between texts; a blank to whoever types it. */
const SEPARATOR = "\u001f";
const BLANKS = /[\s\u001f]+/u;

/**
 * The words of what a caller searches by.
 *
 * @throws Malformed `query.invalid`
 */
export function wordsOf(text: string): string[] {
  const words = text.normalize("NFKC").split(BLANKS).filter(Boolean);
  if (words.length === 0 || words.length > MOST_WORDS || text.length > LONGEST_Q)
    throw new Malformed(
      "query.invalid",
      `The parameter q is a text of 1 to ${LONGEST_Q} characters and at most ${MOST_WORDS} words, not blank.`,
    );
  return words;
}

/** @returns true where `q` finds anything for the caller */
export function takesKeywords(
  open: FieldMap,
  keywords: readonly Keyword[] | undefined,
): keywords is readonly Keyword[] {
  const has = (field: string) => Object.hasOwn(open, field);
  return keywords !== undefined && (keywords.some((one) => namesOf(one).every(has)) || has("email") || has("phone"));
}

/** @returns the fields of which a keyword is made */
export const namesOf = (keyword: Keyword): readonly string[] => (typeof keyword === "string" ? [keyword] : keyword);

/** Every word stands in a text; the index narrows it down to what has the groups of three letters of the words. */
export function keywordSql(fields: FieldMap, { words, by, index }: Keywords, bind: Bind): string {
  const patterns = words.map((word) => `folded(${bind(`%${word.replace(/[\\%_]/g, "\\$&")}%`)}::text)`);
  const stands = `${textsSql(fields, by)} LIKE ALL (ARRAY[${patterns.join(", ")}])`;
  // Hidden from the server, which would think that few rows are found and read them all to sort them.
  if (!index) return `coalesce(${stands}, false)`;
  const groups = `grams_from(${textsSql(fields, index)})`;
  // In one condition each of the rarest group's rows would be looked up for all others; in several, for the next one only.
  const has = groupsOf(words).map((group) => `${groups} @@ lower(${bind(group)}::text)::tsquery`);
  return [...has, stands].join(" AND ");
}

/** What is left by so many is hardly less with more of them. */
const MOST_GROUPS = 6;

/** Groups with digits, with letters that are not Latin ones, with others, and the beginnings of groups. */
const RARER_FIRST = [/\p{Nd}.*'$/u, /[^ -~].*'$/u, /'$/, /$/];

/** The groups of letters, each as a tsquery, that the index is asked for: first those that the fewest texts are likely to have. */
function groupsOf(words: readonly string[]): string[] {
  const rarity = (group: string) => RARER_FIRST.findIndex((kind) => kind.test(group));
  return words
    .flatMap(groupsIn)
    .sort((a, b) => rarity(a) - rarity(b))
    .slice(0, MOST_GROUPS);
}

/** Every third group of a word, and the last: together they hold each of its letters. A short word is the beginning of groups. */
function groupsIn(word: string): string[] {
  const letters = Array.from(word);
  const last = Math.max(letters.length - 3, 0);
  const places = [...Array.from({ length: Math.ceil(last / 3) }, (_, n) => 3 * n), last];
  const quoted = (group: string) => `'${group.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
  return places.map((at) => quoted(letters.slice(at, at + 3).join("")) + (letters.length < 3 ? ":*" : ""));
}

/**
 * What is searched, as one text: what stands in the index of a table, inside `grams_from()`, with the alias `t` for it.
 *
 * @param keywords as the resource declares them
 */
export function textsSql(fields: FieldMap, keywords: readonly Keyword[]): string {
  const column = (name: string) => `t.${fields[name]!.column}`;
  const texts = keywords.map((one) => {
    if (typeof one !== "string") return `both_orders(${one.map(column).join(", ")})`;
    const { kind, neverNull } = fields[one]!;
    const text = kind === "integer" ? `${column(one)}::text` : column(one);
    return neverNull ? text : `coalesce(${text}, '')`;
  });
  return `folded(${texts.join(" || chr(31) || ")})`;
}

/** @throws Error where a keyword of a resource is no text or number that stands plain in its column */
export function checkKeywords(concept: string, fields: FieldMap, keywords: readonly Keyword[]): void {
  const isSearched = ({ kind, personal }: Field) => !personal && ["text", "longText", "integer"].includes(kind);
  const wrong = keywords.flatMap(namesOf).find((name) => !Object.hasOwn(fields, name) || !isSearched(fields[name]!));
  if (wrong !== undefined) throw new Error(`${concept} cannot be found by ${wrong}: it is no text that stands plain.`);
}

/** Letter by letter, as Postgres does it: the whole word would decide how a Greek sigma at its end is written. */
export function lower(text: string): string {
  return Array.from(text, (letter) => Array.from(letter.toLowerCase())[0]).join("");
}

const folded = (text: string) => lower(text.normalize("NFKC"));

/** The same as `keywordSql` says, of a record in memory. */
export function keywordMatcher({ words, by }: Keywords): (record: Readonly<Record<string, unknown>>) => boolean {
  const wanted = words.map(folded);
  return (record) => {
    const text = (name: string) => String((record[name] as string | number | null | undefined) ?? "");
    const texts = by.map((one) => {
      if (typeof one === "string") return text(one);
      const [first, last] = one.map((name) => text(name).replaceAll(/[ \u00a0\u3000]/g, ""));
      return [first! + last!, last! + first!].join(SEPARATOR);
    });
    const all = folded(texts.join(SEPARATOR));
    return wanted.every((word) => all.includes(word));
  };
}
