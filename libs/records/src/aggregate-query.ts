import { Malformed } from "@kehu/contracts";
import type { Field, FieldMap } from "./field.ts";
import type { Filter } from "./filter.ts";
import type { Search } from "./keyword-search.ts";
import type { Keyword } from "./keywords.ts";
import { conditionsOf } from "./list-query.ts";
import { isMoment } from "./moment-filter.ts";
import type { Related } from "./related.ts";

/** How instants and days are put together, each as Postgres writes it (`to_char`). */
export const UNITS = { day: "YYYY-MM-DD", week: 'IYYY-"W"IW', month: "YYYY-MM", quarter: 'YYYY-"Q"Q', year: "YYYY" };
export type Unit = keyof typeof UNITS;

/** What records are grouped by. */
export interface GroupKey {
  /** As the caller wrote it: `stage`, or `closedAt.month`. */
  key: string;
  name: string;
  field: Field;
  unit: Unit | null;
}

export interface AggregateQuery {
  where: Filter | null;
  q: Search | null;
  groups: GroupKey[];
  /** Names of fields. */
  sum: string[];
  average: string[];
}

export const MOST_GROUP_KEYS = 3;
export const MOST_MEASURES = 5;

const GROUPED: readonly Field["kind"][] = ["choice", "text", "boolean", "integer", "reference"];
const ADDED: readonly Field["kind"][] = ["integer", "number", "money"];

/** @returns what the records of a resource are grouped by: `industry`, `createdAt.month` */
export function groupKeys(fields: FieldMap): GroupKey[] {
  return Object.entries(fields).flatMap(([name, field]): GroupKey[] => {
    if (!field.filterable || field.personal || field.personName || name === "version") return [];
    if (isMoment(field))
      return (Object.keys(UNITS) as Unit[]).map((unit) => ({ key: `${name}.${unit}`, name, field, unit }));
    return GROUPED.includes(field.kind) ? [{ key: name, name, field, unit: null }] : [];
  });
}

/** @returns the names of the fields that can be summed */
export function measures(fields: FieldMap): string[] {
  return Object.keys(fields).filter((name) => name !== "version" && ADDED.includes(fields[name]!.kind));
}

/**
 * Reads `groupBy=stage,closedAt.month&sum=amount&average=amount` with the filters of a list, and `q=` where the list has it.
 *
 * @param keywords by what `q` finds records of the resource
 * @param related what may be asked of related records
 * @throws Malformed `aggregate.unknown-field` with `allowed`, `aggregate.too-many`, and what `conditionsOf` throws
 */
export function parseAggregate(
  fields: FieldMap,
  query: Readonly<Record<string, unknown>>,
  keywords?: readonly Keyword[],
  related?: Related,
): AggregateQuery {
  const { where, q, plain } = conditionsOf(fields, query, ["groupBy", "sum", "average"], keywords, related);
  const known = new Map(groupKeys(fields).map((one) => [one.key, one]));
  const keys = wordsOf("groupBy", plain["groupBy"], [...known.keys()], MOST_GROUP_KEYS);
  const added = measures(fields);
  return {
    where,
    q,
    groups: keys.map((key) => known.get(key)!),
    sum: wordsOf("sum", plain["sum"], added, MOST_MEASURES),
    average: wordsOf("average", plain["average"], added, MOST_MEASURES),
  };
}

function wordsOf(parameter: string, text: string | undefined, allowed: readonly string[], most: number): string[] {
  const words = [...new Set(text?.split(","))];
  if (words.length > most) throw new Malformed("aggregate.too-many", `${parameter} takes at most ${most} fields.`);
  if (words.some((word) => !allowed.includes(word)))
    throw new Malformed("aggregate.unknown-field", `${parameter} has no such field.`, { allowed });
  return words;
}
