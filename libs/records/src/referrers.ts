import type { Queryable } from "@kehu/database";
import type { Field, ReferenceTarget } from "./field.ts";
import type { Part, Resource } from "./resource.ts";

const FOREIGN_KEYS = `
  SELECT r.relname AS table, a.attname AS column FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
  WHERE c.contype = 'f' AND c.confrelid = $1::regclass ORDER BY 1, 2`;

/** Rows that belong to records of a resource: its parts, and the tables in which its links stand a second time. */
export function partsOf({ parts = [], fields }: Resource): Part[] {
  const links = Object.values(fields).flatMap(({ elements }) =>
    elements && "targets" in elements && elements.links ? [elements.links] : [],
  );
  return [...parts, ...links];
}

/**
 * What keeps a record of a resource in its place: live records of the service that refer to it by any of their fields, and
 * deleted ones where the database itself holds them to it.
 *
 * @param all the resources of the service, with the fields of the company
 * @returns SQL of a condition on the table `t`
 */
export async function isReferredTo(
  queryable: Queryable,
  resource: Resource,
  all: readonly Resource[],
): Promise<string> {
  const own = new Set(partsOf(resource).map(({ table }) => table));
  const keys = await queryable.query<{ table: string; column: string }>(FOREIGN_KEYS, [resource.table]);
  const held = keys
    .filter(({ table }) => !own.has(table))
    .map(({ table, column }) => `EXISTS (SELECT FROM ${table} x WHERE x.${column} = t.id AND x.id <> t.id)`);
  const live = all.flatMap((other) =>
    Object.values(other.fields).flatMap((field) => referring(other, resource, field)),
  );
  return [...held, ...live].join(" OR ") || "false";
}

const isOf = ({ type, table }: Resource, target: ReferenceTarget | undefined) =>
  target?.type === type && target.table === table;

function referring({ table }: Resource, resource: Resource, { target, elements, custom, column }: Field): string[] {
  const live = (where: string) => [`EXISTS (SELECT FROM ${table} x WHERE ${where} AND x.deleted_at IS NULL)`];
  if (custom && isOf(resource, target))
    return live(`x.id IN (SELECT v.record_id FROM custom_value v
      WHERE v.field = '${custom.key}' AND v.text_value = t.id::text)`);
  if (isOf(resource, target)) return live(`x.${column} = t.id`);
  if (!elements) return [];
  if (!("targets" in elements))
    return isOf(resource, elements.target) ? live(`x.${column} @> ${element(elements.property)}`) : [];
  if (!isOf(resource, elements.targets[resource.type])) return [];
  const { links } = elements;
  if (links)
    return live(`x.id IN (SELECT v.${links.column} FROM ${links.table} v
      WHERE v.record_type = '${resource.type}' AND v.record_id = t.id)`);
  return live(`x.${column} @> ${element("id", resource.type)}`);
}

/** A list of one element that refers to `t`. */
function element(property: string, type?: string): string {
  const ofType = type === undefined ? "" : `'type', '${type}', `;
  return `jsonb_build_array(jsonb_build_object(${ofType}'${property}', t.id))`;
}
