import { rowScope, type Bind, type RequestContext } from "@kehu/auth";
import type { Queryable } from "@kehu/database";
import { besideName, type Field, type ReferenceTarget } from "./field.ts";
import { toMoney } from "./money.ts";
import type { Resource } from "./resource.ts";

/** A record as the API shows it. */
export type RecordView = Record<string, unknown> & { id: string; version: number };

/** Collects the values of a statement. */
export class Values {
  readonly list: unknown[] = [];
  readonly bind: Bind = (value) => `$${this.list.push(value)}`;
}

/**
 * SELECT of a resource as the API shows it: its fields, and beside each reference the name of its target, which is null
 * where the caller may not see the target.
 *
 * @param further columns that the caller of this function needs besides
 * @returns `SELECT ... FROM ...` without a condition; the resource's table has the alias `t`
 */
export function selectView(
  resource: Resource,
  who: RequestContext,
  bind: Bind,
  further: readonly string[] = [],
): string {
  const columns: string[] = [...further];
  const joins: string[] = [];
  for (const [name, field] of Object.entries(resource.fields)) {
    if (!field.shown) continue;
    if (field.kind === "money") {
      columns.push(`t.${field.column}_minor AS "${name}.minor"`, `t.${field.column}_currency AS "${name}.currency"`);
      continue;
    }
    if (field.elements && "targets" in field.elements) {
      columns.push(`${namedLinks(`t.${field.column}`, field.elements.targets, who, bind)} AS "${name}"`);
      continue;
    }
    columns.push(`t.${field.column} AS "${name}"`);
    if (!field.target) continue;
    const alias = `of_${field.column}`;
    joins.push(` LEFT JOIN ${field.target.table} ${alias} ON ${alias}.id = t.${field.column}`);
    columns.push(`${nameOf(field.target, alias, who, bind)} AS "${besideName(name)}"`);
  }
  return `SELECT ${columns.join(", ")} FROM ${resource.table} t${joins.join("")}`;
}

/** The links of a `jsonb` column, each with the name of its record. */
function namedLinks(
  column: string,
  targets: Readonly<Record<string, ReferenceTarget>>,
  who: RequestContext,
  bind: Bind,
): string {
  const names = Object.entries(targets).map(
    ([type, target]) =>
      `WHEN '${type}' THEN (SELECT ${nameOf(target, "x", who, bind)} FROM ${target.table} x WHERE x.id = (link->>'id')::uuid)`,
  );
  return `(SELECT coalesce(jsonb_agg(link || jsonb_build_object('name', CASE link->>'type' ${names.join(" ")} END) ORDER BY n), '[]')
    FROM jsonb_array_elements(${column}) WITH ORDINALITY AS of_link (link, n))`;
}

function nameOf({ permission, name }: ReferenceTarget, alias: string, who: RequestContext, bind: Bind): string {
  if (permission === null) return `${alias}.${name}`;
  if (who.actorType !== "system" && !(permission in who.grants)) return "NULL::text";
  const scope = rowScope(who, permission, alias, bind);
  return scope === "true" ? `${alias}.${name}` : `CASE WHEN ${scope} THEN ${alias}.${name} END`;
}

/** Brings a row of `selectView` into the shape of the API. */
export function shapeView(resource: Resource, row: Record<string, unknown>): RecordView {
  for (const [name, field] of Object.entries(resource.fields)) {
    if (field.kind !== "money") continue;
    row[name] = toMoney(row[`${name}.minor`] as string | null, row[`${name}.currency`] as string | null);
    delete row[`${name}.minor`];
    delete row[`${name}.currency`];
  }
  return row as RecordView;
}

/** @returns the record as the caller sees it, whether in his scope or not: for the reply to a change that he just made */
export async function viewOf(
  queryable: Queryable,
  resource: Resource,
  id: string,
  who: RequestContext,
): Promise<RecordView> {
  const values = new Values();
  const select = selectView(resource, who, values.bind);
  const [row] = await queryable.query(`${select} WHERE t.id = ${values.bind(id)}`, values.list);
  return shapeView(resource, row!);
}

/** JSON Schema of a record of the resource as the API shows it. */
export function schemaOf(resource: Resource): object {
  const properties: Record<string, object> = {};
  for (const [name, field] of Object.entries(resource.fields)) {
    if (!field.shown) continue;
    const schema = schemaOfField(field);
    properties[name] = field.neverNull ? schema : { anyOf: [schema, { type: "null" }] };
    if (field.target) properties[besideName(name)] = { type: ["string", "null"], readOnly: true };
  }
  return { type: "object", properties, required: Object.keys(properties) };
}

const MONEY_SCHEMA = {
  type: "object",
  required: ["amount", "currency"],
  properties: { amount: { type: "string" }, currency: { type: "string" } },
};

function schemaOfField(field: Field): object {
  switch (field.kind) {
    case "text":
    case "longText":
      return { type: "string" };
    case "choice":
      return field.choices?.length ? { type: "string", enum: field.choices } : { type: "string" };
    case "integer":
      return { type: "integer" };
    case "boolean":
      return { type: "boolean" };
    case "date":
      return { type: "string", format: "date" };
    case "instant":
      return { type: "string", format: "date-time" };
    case "id":
    case "reference":
      return { type: "string", format: "uuid" };
    case "money":
      return MONEY_SCHEMA;
    case "list":
      return { type: "array", items: { type: "string" } };
    case "json":
      return field.schema!;
  }
}
