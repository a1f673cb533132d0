import type { Field, ReferenceTarget } from "./field.ts";
import { partsOf } from "./referrers.ts";
import type { Resource } from "./resource.ts";

/** A place where ids of records stand, and the table that should know these. */
export interface OrphanCheck {
  /** `contacts.accountId`, `interactions.links.lead`, `accounts in external_id` */
  place: string;
  /** Type of the records. */
  target: string;
  /** Their table. */
  table: string;
  /** SQL of the next rows with an `id` above `$1`, in the order of `id`, at most `$2`; by an index. */
  batch: string;
  /** SQL of what these rows (`b`) refer to: `id`, and `target` as text. */
  refer: string;
  /** True where a record that is deleted should not be referred to, either. */
  live: boolean;
}

/** @returns what there is to check of a resource, by what it declares; with the fields of the company */
export function orphanChecks(resource: Resource): OrphanCheck[] {
  const fields = Object.entries(resource.fields).flatMap(([name, field]) => checksOf(resource, name, field));
  return [...fields, ...besides(resource)];
}

/** References of the records that are not deleted. */
function checksOf({ name: resource, table }: Resource, name: string, field: Field): OrphanCheck[] {
  const { target, elements, custom } = field;
  const column = custom ? "custom" : field.column;
  const check = (to: ReferenceTarget, refer: string, suffix = ""): OrphanCheck => ({
    place: `${resource}.${name}${suffix}`,
    target: to.type,
    table: to.table,
    batch: `SELECT t.id, t.${column} AS value, t.deleted_at FROM ${table} t WHERE t.id > $1 ORDER BY t.id LIMIT $2`,
    refer: `${refer} AND b.deleted_at IS NULL`,
    live: true,
  });
  if (target) {
    const value = custom ? `b.value->>'${custom.name}'` : "b.value::text";
    return [check(target, `SELECT b.id, ${value} AS target FROM b WHERE ${value} IS NOT NULL`)];
  }
  if (!elements) return [];
  const listed = `SELECT b.id, e->>'${elements.property}' AS target FROM b CROSS JOIN jsonb_array_elements(b.value) e`;
  if (!("targets" in elements)) return [check(elements.target, `${listed} WHERE true`)];
  return Object.entries(elements.targets).map(([type, to]) =>
    check(to, `${listed} WHERE e->>'type' = '${type}'`, `.${type}`),
  );
}

/** What stands about records in other tables, and should go when they go. */
function besides(resource: Resource): OrphanCheck[] {
  const { name, type, table } = resource;
  const check = (from: string, batch: string, refer: string): OrphanCheck => ({
    place: `${name} in ${from}`,
    target: type,
    table,
    batch,
    refer,
    live: false,
  });
  const rows = (from: string, column: string, further: string, where: string) =>
    check(
      from,
      `SELECT t.${column} AS id${further} FROM ${from} t WHERE t.${column} > $1 ORDER BY t.${column} LIMIT $2`,
      `SELECT b.id, b.id::text AS target FROM b WHERE ${where}`,
    );
  const kept = (from: string) =>
    check(
      from,
      `SELECT DISTINCT t.user_id AS id FROM ${from} t WHERE t.user_id > $1 ORDER BY 1 LIMIT $2`,
      `SELECT b.id, k.record_id::text AS target FROM b JOIN ${from} k ON k.user_id = b.id WHERE k.resource = '${name}'`,
    );
  return [
    rows("external_id", "record_id", ", t.type", `b.type = '${type}'`),
    rows("custom_value", "record_id", ", t.field", `starts_with(b.field, '${name}.')`),
    rows("history", "record_id", ", t.resource", `b.resource = '${name}'`),
    kept("pin"),
    kept("recent"),
    ...partsOf(resource).map((part) => rows(part.table, part.column, "", "true")),
  ];
}
