import type { Bind } from "@kehu/auth";
import { Malformed } from "@kehu/contracts";
import type { Field, FieldMap } from "./field.ts";
import { columnOf, sqlType } from "./filter.ts";

/** One key of an order. Empty values come last in either direction; the id is always the last key. */
export interface SortKey {
  name: string;
  field: Field;
  descending: boolean;
}

export const MOST_KEYS = 5;

/**
 * @param keys `-createdAt`, `name`, ...
 * @throws Malformed `sort.unknown-field` and `field.encrypted` with `allowed`, `sort.too-many`
 */
export function parseSort(fields: FieldMap, keys: readonly string[]): SortKey[] {
  const allowed = Object.keys(fields).filter((name) => fields[name]!.sortable);
  if (keys.length > MOST_KEYS) throw new Malformed("sort.too-many", `A list is sorted by at most ${MOST_KEYS} fields.`);
  const parsed = keys.map((key) => {
    const name = key.replace(/^-/, "");
    if (Object.hasOwn(fields, name) && fields[name]!.personal)
      throw new Malformed("field.encrypted", "There is no order of encrypted values.", { allowed });
    if (!allowed.includes(name))
      throw new Malformed("sort.unknown-field", "There is no such field to sort by.", { allowed });
    return { name, field: fields[name]!, descending: key.startsWith("-") };
  });
  if (parsed.some(({ name }) => name === "id")) return parsed;
  return [...parsed, { name: "id", field: fields["id"]!, descending: parsed.at(-1)?.descending ?? false }];
}

export function orderBySql(keys: readonly SortKey[]): string {
  return keys
    .map(({ field, descending }) => `t.${columnOf(field)}${descending ? " DESC" : ""}${nullsLast(field, descending)}`)
    .join(", ");
}

/** Said only where it changes something, so that a plain index serves a column that is never null. */
const nullsLast = (field: Field, descending: boolean) => (descending && !field.neverNull ? " NULLS LAST" : "");

/** The condition that a row comes after the given place. */
export function afterSql(keys: readonly SortKey[], place: readonly unknown[], bind: Bind): string {
  const plain = keys.every(({ field, descending }) => field.neverNull && descending === keys[0]!.descending);
  const values = keys.map(({ field }, index) =>
    place[index] === null ? null : `${bind(place[index])}::${sqlType(field)}`,
  );
  const columns = keys.map(({ field }) => `t.${columnOf(field)}`);
  if (plain) return `(${columns.join(", ")}) ${keys[0]!.descending ? "<" : ">"} (${values.join(", ")})`;
  const branches = keys.map((key, index) => {
    const same = keys
      .slice(0, index)
      .map((_, before) =>
        values[before] === null ? `${columns[before]} IS NULL` : `${columns[before]} = ${values[before]}`,
      );
    return [...same, beyond(columns[index]!, values[index]!, key)].join(" AND ");
  });
  return `(${branches.map((branch) => `(${branch})`).join(" OR ")})`;
}

function beyond(column: string, value: string | null, { descending, field }: SortKey): string {
  if (value === null) return "false";
  const further = `${column} ${descending ? "<" : ">"} ${value}`;
  return field.neverNull ? further : `(${further} OR ${column} IS NULL)`;
}
