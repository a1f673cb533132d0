import type { TableField } from "./field.ts";
import { SYNONYMS } from "./synonyms.ts";

/** `exact` for a field's name or label as it stands; `likely` for one that is written otherwise, or a synonym. */
export interface MappingSuggestion {
  column: string;
  field: string;
  confidence: "exact" | "likely";
}

/** @returns a header without what writers differ in: case, width, spaces, dashes, underscores and other marks */
export function normal(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replace(/[^\p{L}\p{N}\p{M}]/gu, "");
}

/**
 * Suggests which field each column of a table holds: by the field's name, its label in English or Chinese, either of them
 * written otherwise, and by what columns of other systems are called, in this order; so a better match is never lost to a
 * worse one of another column.
 *
 * @param columns of the table
 * @param fields that may be imported; of several that fit equally well the first one is taken
 * @returns what fits, in the order of the columns; each column and each field at most once
 */
export function suggestMapping(columns: readonly string[], fields: readonly TableField[]): MappingSuggestion[] {
  const found = new Map<string, MappingSuggestion>();
  const taken = new Set<string>();
  for (const { confidence, fits } of RULES)
    for (const column of columns) {
      if (found.has(column)) continue;
      const field = fields.find((one) => !taken.has(one.name) && fits(column, one));
      if (!field) continue;
      taken.add(field.name);
      found.set(column, { column, field: field.name, confidence });
    }
  return columns.flatMap((column) => found.get(column) ?? []);
}

interface Rule {
  confidence: MappingSuggestion["confidence"];
  fits: (column: string, field: TableField) => boolean;
}

const names = ({ name, label }: TableField) => [name, label.en, label.zh];

const RULES: readonly Rule[] = [
  { confidence: "exact", fits: (column, { name }) => column === name },
  { confidence: "exact", fits: (column, { label }) => column === label.en || column === label.zh },
  { confidence: "likely", fits: (column, field) => names(field).some((name) => normal(name) === normal(column)) },
  { confidence: "likely", fits: (column, { name }) => synonymsOf(name).includes(normal(column)) },
];

const synonymsOf = (name: string) => (Object.hasOwn(SYNONYMS, name) ? SYNONYMS[name]! : []);
