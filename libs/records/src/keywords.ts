import type { Bind } from "@kehu/auth";
import type { FieldMap } from "./field.ts";

/** A text to be found in the names of a person: his first and his last name. */
export interface Named {
  named: string;
  /** The two fields. */
  by: readonly [first: string, last: string];
}

/**
 * Without spaces, in small letters and with either name first, so that 王伟 is found where the first name is 伟. An index
 * knows the single letters and the pairs of letters (`grams`), which Chinese needs; what has them all is looked at.
 */
export function keywordSql(fields: FieldMap, { named, by }: Named, bind: Bind): string {
  const [first, last] = by.map((name) => `t.${fields[name]!.column}`);
  const words = `words_of(${first}, ${last})`;
  const wanted = `squeezed(${bind(named)}::text)`;
  return `grams(${words}) @> grams(${wanted}) AND position(${wanted} IN ${words}) > 0`;
}
