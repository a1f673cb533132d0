import { rowScope, type RequestContext } from "@kehu/auth";
import type { FieldError } from "@kehu/contracts";
import type { Queryable } from "@kehu/database";
import { Values } from "../caller-sql.ts";
import type { ReferenceTarget } from "../field.ts";
import type { RowData } from "./import-mapping.ts";

/** Puts the ids of records that rows call by their names into their data; a name that is nobody's, or several's, is an error. */
export async function resolveNames(queryable: Queryable, rows: readonly RowData[], who: RequestContext): Promise<void> {
  const slots = rows.flatMap((row) => row.names.map((one) => ({ row, ...one, to: one.target.named!.target! })));
  for (const to of new Set(slots.map((slot) => slot.to))) {
    const asked = slots.filter((slot) => slot.to === to);
    const found = await idsOf(
      queryable,
      to,
      asked.map(({ name }) => name.trim()),
      who,
    );
    for (const { row, target, name } of asked) {
      const ids = found.get(name.trim()) ?? [];
      if (ids.length === 1) target.put(row.data, ids[0]);
      else row.errors.push(fault(target.name, to, name, ids.length));
    }
  }
}

async function idsOf(
  queryable: Queryable,
  { table, name, permission }: ReferenceTarget,
  names: readonly string[],
  who: RequestContext,
): Promise<Map<string, string[]>> {
  if (permission !== null && !(permission in who.grants)) return new Map();
  const values = new Values();
  const scope = permission === null ? "true" : rowScope(who, permission, "x", values.bind);
  const rows = await queryable.query<{ name: string; ids: string[] }>(
    `SELECT x.${name} AS name, (array_agg(x.id))[1:2] AS ids FROM ${table} x
     WHERE x.${name} = ANY(${values.bind(names)}::text[]) AND x.deleted_at IS NULL AND (${scope}) GROUP BY 1`,
    values.list,
  );
  return new Map(rows.map((row) => [row.name, row.ids]));
}

function fault(field: string, { type }: ReferenceTarget, name: string, count: number): FieldError {
  return count === 0
    ? { field, code: "reference.unknown", message: `There is no ${type} called ${name}.` }
    : { field, code: "reference.ambiguous", message: `More than one ${type} is called ${name}: give its id instead.` };
}
