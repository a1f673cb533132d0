import type { Bind } from "@kehu/auth";
import type { Money } from "@kehu/contracts";
import { rowset } from "@kehu/database";
import type { CustomValues } from "./field.ts";
import { toMinor } from "./money.ts";
import { sameValue, type Change } from "./record.entity.ts";
import type { Resource } from "./resource.ts";

type State = Readonly<Record<string, unknown>>;

const customOf = (state: object | null) => ((state as State | null)?.["custom"] ?? {}) as CustomValues;

/** @returns the names of the custom fields whose values differ between two states of a record */
export function changedCustom(before: object | null, after: object): string[] {
  const [was, is] = [customOf(before), customOf(after)];
  if (was === is) return [];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => !sameValue(was[name], is[name]));
}

/** @returns the value of a field of a record's state, also of `custom.region` */
export function valueIn(state: State, field: string): unknown {
  return field.startsWith("custom.") ? customOf(state)[field.slice("custom.".length)] : state[field];
}

const VALUES = {
  record_id: "uuid",
  field: "text",
  n: "smallint",
  text_value: "text",
  number_value: "numeric",
  currency: "text",
} as const;
const ENDS = { record_id: "uuid", field: "text", n: "smallint" } as const;

/** Longer texts are those of fields by which no list is filtered or sorted. */
const LONGEST = 500;

/**
 * The statements that bring `custom_value` to what changed records have. What becomes fewer is deleted, the rest written
 * over: no row is in both, so they may run as parts of one statement.
 */
export function writesOfCustom(resource: Resource, changes: readonly Change[], bind: Bind): string[] {
  const values: State[] = [];
  const ends: State[] = [];
  for (const { record, before } of changes) {
    const custom = customOf(record);
    for (const name of changedCustom(before, record)) {
      const place = { record_id: record.id, field: `${resource.name}.${name}` };
      const found = findable(custom[name]);
      found.forEach((columns, n) => values.push({ ...place, n, ...columns }));
      if (before) ends.push({ ...place, n: found.length });
    }
  }
  const names = Object.keys(VALUES).join(", ");
  return [
    ...(values.length
      ? [
          `INSERT INTO custom_value (${names}) SELECT ${names} FROM ${rowset(VALUES, values, bind)}
           ON CONFLICT (record_id, field, n) DO UPDATE SET text_value = excluded.text_value,
           number_value = excluded.number_value, currency = excluded.currency`,
        ]
      : []),
    ...(ends.length
      ? [
          `DELETE FROM custom_value c USING ${rowset(ENDS, ends, bind)}
           WHERE c.record_id = r.record_id AND c.field = r.field AND c.n >= r.n`,
        ]
      : []),
  ];
}

/** The columns of each value as lists compare it. */
function findable(value: unknown): State[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(findable);
  if (typeof value === "number") return [{ number_value: value }];
  if (typeof value === "object") {
    const { amount, currency } = value as Money;
    return [{ number_value: toMinor(amount, currency)!.toString(), currency }];
  }
  const text = typeof value === "string" ? value : String(value === true);
  return text.length > LONGEST ? [] : [{ text_value: text }];
}
