import type { Bind } from "@kehu/auth";
import { Malformed } from "@kehu/contracts";
import type { Field, FieldMap } from "./field.ts";
import { columnOf, customColumn, sqlType } from "./filter-sql.ts";

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

/** A key with its place among those of the list, and the column or expression by which rows are compared. */
export type PlacedKey = SortKey & { n: number; column: string };

/** The column with the value of a key that no view has: by its place, as Postgres would cut long names. */
export const keyColumnAt = (n: number) => `sort.${n}`;

/** A run of rows of an ordered list: what stands behind FROM, its condition, its order, and what it shows besides. */
export interface Stretch {
  /** All rows, those in which the first key has a value, or those in which it has none. */
  holds: "all" | "valued" | "empty";
  from: string;
  where: string;
  keys: readonly PlacedKey[];
  /** `, <expression> AS <name>`: the values of keys that no view has. */
  columns: string;
}

/**
 * The stretches of a list, one behind the other. A list by a field that the company has added begins with the records that
 * have a value, in the order of an index over values; those without one, which no index of values knows, come behind.
 */
export function stretchesOf(table: string, keys: readonly SortKey[]): Stretch[] {
  const [first, ...others] = keys;
  if (!first!.field.custom) return [stretch("all", `${table} t`, "true", placedKeys(keys))];
  const { key } = first!.field.custom;
  const value = `s0.${customColumn(first!.field)}`;
  const valued = { ...first!, field: { ...first!.field, neverNull: true }, n: 0, column: value };
  const rest = others.map((one, index) => placed(one, index + 1));
  const byIndex = rest.map((one) => (one.name === "id" ? { ...one, column: "s0.record_id" } : one));
  const without = `NOT EXISTS (SELECT 1 FROM custom_value c WHERE c.record_id = t.id AND c.field = '${key}')`;
  return [
    stretch(
      "valued",
      `custom_value s0 JOIN ${table} t ON t.id = s0.record_id`,
      `s0.field = '${key}' AND ${value} IS NOT NULL`,
      [valued, ...byIndex],
    ),
    stretch("empty", `${table} t`, without, rest),
  ];
}

/** The keys of a list in one stretch. */
export const placedKeys = (keys: readonly SortKey[]): PlacedKey[] => keys.map(placed);

const placed = (key: SortKey, n: number): PlacedKey => ({
  ...key,
  n,
  column: key.field.custom ? `s${n}.${customColumn(key.field)}` : `t.${columnOf(key.field)}`,
});

/** @param from with the values of the first key, where the company has added it */
function stretch(holds: Stretch["holds"], from: string, where: string, keys: readonly PlacedKey[]): Stretch {
  const custom = keys.flatMap((one) => (one.field.custom ? [{ ...one, key: one.field.custom.key }] : []));
  const joins = custom
    .filter(({ n }) => n > 0)
    .map(({ key, n }) => ` LEFT JOIN custom_value s${n} ON s${n}.record_id = t.id AND s${n}.field = '${key}'`);
  const columns = custom.map(({ n, column }) => `, ${column}::text AS "${keyColumnAt(n)}"`);
  return { holds, from: from + joins.join(""), where, keys, columns: columns.join("") };
}

/**
 * @param place one value of each key of the list; null for its start
 * @returns the values behind which the rows of the stretch come; null for its start, undefined where it is passed
 */
export function placeIn({ holds }: Stretch, place: readonly unknown[] | null): readonly unknown[] | null | undefined {
  if (!place || holds === "all") return place;
  const isEmpty = place[0] === null;
  if (holds === "valued") return isEmpty ? undefined : place;
  return isEmpty ? place.slice(1) : null;
}

export function orderBySql(keys: readonly PlacedKey[]): string {
  return keys
    .map(({ field, column, descending }) => `${column}${descending ? " DESC" : ""}${nullsLast(field, descending)}`)
    .join(", ");
}

/** Said only where it changes something, so that a plain index serves a column that is never null. */
const nullsLast = (field: Field, descending: boolean) => (descending && !field.neverNull ? " NULLS LAST" : "");

/** The condition that a row comes after the given place. */
export function afterSql(keys: readonly PlacedKey[], place: readonly unknown[], bind: Bind): string {
  const plain = keys.every(({ field, descending }) => field.neverNull && descending === keys[0]!.descending);
  const values = keys.map(({ field }, index) =>
    place[index] === null ? null : `${bind(place[index])}::${sqlType(field)}`,
  );
  const columns = keys.map(({ column }) => column);
  if (plain) return `(${columns.join(", ")}) ${keys[0]!.descending ? "<" : ">"} (${values.join(", ")})`;
  const branches = keys.map((key, index) => {
    const same = keys
      .slice(0, index)
      .map((_, before) =>
        values[before] === null ? `${columns[before]} IS NULL` : `${columns[before]} = ${values[before]}`,
      );
    return [...same, beyond(key, values[index]!)].join(" AND ");
  });
  return `(${branches.map((branch) => `(${branch})`).join(" OR ")})`;
}

function beyond({ column, descending, field }: PlacedKey, value: string | null): string {
  if (value === null) return "false";
  const further = `${column} ${descending ? "<" : ">"} ${value}`;
  return field.neverNull ? further : `(${further} OR ${column} IS NULL)`;
}
