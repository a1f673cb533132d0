import { rowScope, type Bind, type RequestContext } from "@kehu/auth";
import type { Queryable } from "@kehu/database";
import type { PersonalData } from "@kehu/personal-data";
import { partsFor } from "./caller-sql.ts";
import { customEntries } from "./custom-fields.ts";
import { fieldsFor, hidesName } from "./field-rules.ts";
import { besideName, COLLABORATORS, type Field, type FieldKind, type FieldMap, type ReferenceTarget } from "./field.ts";
import { toInstant } from "./instant.ts";
import { toMoney } from "./money.ts";
import { keyColumn, openView } from "./sealing.ts";
import type { Resource } from "./resource.ts";
import { keyColumnAt, type SortKey } from "./sort.ts";

/** A record as the API shows it. */
export type RecordView = Record<string, unknown> & { id: string; version: number };

/**
 * The columns of a resource as the API shows it: its fields, and beside each reference the name of its target, which is
 * null where the caller may not see the target.
 *
 * @returns what stands behind SELECT or RETURNING, where the resource's table has the alias `t`, and the names of it
 */
export function viewColumns(resource: Resource, who: RequestContext, bind: Bind): { columns: string; names: string } {
  const columns: [sql: string, name: string][] = [];
  const open = fieldsFor(resource, who);
  for (const [name, field] of Object.entries(open)) {
    if (!field.shown) continue;
    if (field.kind === "money") {
      columns.push(
        [`t.${field.column}_minor::text`, `${name}.minor`],
        [`t.${field.column}_currency`, `${name}.currency`],
      );
      continue;
    }
    if (field.elements && "targets" in field.elements) {
      columns.push([namedLinks(`t.${field.column}`, field.elements.targets, who, bind), name]);
      continue;
    }
    columns.push([`t.${field.column}${field.kind === "instant" ? "::text" : ""}`, name]);
    if (!field.target) continue;
    columns.push([nameBeside(field.target, `t.${field.column}`, who, bind), besideName(name)]);
  }
  for (const [n, [, { custom, target }]] of customEntries(open).entries())
    if (target)
      columns.push([nameBeside(target, `(t.custom->>'${custom.name}')::uuid`, who, bind), nameBesideCustom(n)]);
  columns.push(...keyColumn(resource));
  return {
    columns: columns.map(([sql, name]) => `${sql} AS "${name}"`).join(", "),
    names: columns.map(([, name]) => `"${name}"`).join(", "),
  };
}

/** The column with the name beside a reference of the company's: by its place, as Postgres would cut long names. */
const nameBesideCustom = (n: number) => `custom.${n}`;

/** The links of a `jsonb` column, each with the name of its record. */
function namedLinks(
  column: string,
  targets: Readonly<Record<string, ReferenceTarget>>,
  who: RequestContext,
  bind: Bind,
): string {
  if (targets === COLLABORATORS)
    return `CASE WHEN ${column} = '[]' THEN ${column} ELSE named_collaborators(${column}) END`;
  const names = Object.entries(targets).map(
    ([type, target]) => `WHEN '${type}' THEN ${nameBeside(target, "(link->>'id')::uuid", who, bind)}`,
  );
  return `CASE WHEN ${column} = '[]' THEN ${column} ELSE (
    SELECT jsonb_agg(link || jsonb_build_object('name', CASE link->>'type' ${names.join(" ")} END) ORDER BY n)
    FROM jsonb_array_elements(${column}) WITH ORDINALITY AS of_link (link, n)) END`;
}

/**
 * The name of the record to which an id refers, null where the caller may not see it.
 *
 * @param id an expression
 * @returns an expression
 */
export function nameBeside(target: ReferenceTarget, id: string, who: RequestContext, bind: Bind): string {
  const { table, name, permission } = target;
  const isHidden = permission !== null && who.actorType !== "system" && !(permission in who.grants);
  if (isHidden || hidesName(who, target)) return "NULL::text";
  const scope = permission === null ? "true" : rowScope(who, permission, "x", bind);
  return `(SELECT x.${name} FROM ${table} x WHERE x.id = ${id}${scope === "true" ? "" : ` AND (${scope})`})`;
}

/**
 * Brings a row of `viewColumns` into the shape of the API, decrypted; what else the row has is left out, as are fields
 * that were closed to the caller since the row was kept.
 */
export function shapeView(
  resource: Resource,
  row: Record<string, unknown>,
  who: RequestContext,
  personal: PersonalData,
): RecordView {
  openView(resource, row, personal);
  const view: Record<string, unknown> = {};
  const open = fieldsFor(resource, who);
  for (const name of shownNames(open)) view[name] = shapeValue(open[name]?.kind, name, row);
  if (open["custom"]) view["custom"] = shapeCustom(open, row);
  return view as RecordView;
}

/** Every field of the company's that the caller may see, with null for an empty one. */
function shapeCustom(open: FieldMap, row: Record<string, unknown>): object {
  const entries = customEntries(open);
  const stored = (row["custom"] ?? {}) as Readonly<Record<string, unknown>>;
  const shown: Record<string, unknown> = {};
  for (const [n, [, { custom, target }]] of entries.entries()) {
    shown[custom.name] = stored[custom.name] ?? null;
    if (target) shown[besideName(custom.name)] = row[nameBesideCustom(n)] ?? null;
  }
  return shown;
}

function shapeValue(kind: FieldKind | undefined, name: string, row: Record<string, unknown>): unknown {
  if (kind === "money") return toMoney(row[`${name}.minor`] as string | null, row[`${name}.currency`] as string | null);
  return kind === "instant" ? toInstant(row[name] as string | null) : row[name];
}

/** A place in an order is one value of each sort key, as the database reads it. */
export function placeOf(keys: readonly SortKey[], row: Record<string, unknown>): unknown[] {
  return keys.map(({ name, field }, n) => {
    const column = field.custom ? keyColumnAt(n) : field.kind === "money" ? `${name}.minor` : name;
    return row[column] ?? null;
  });
}

const shownNamesOf = new WeakMap<FieldMap, readonly string[]>();

/** What a view has: fields, and names beside references. */
function shownNames(fields: FieldMap): readonly string[] {
  let names = shownNamesOf.get(fields);
  if (!names) {
    const shown = Object.entries(fields).filter(([, field]) => field.shown);
    names = shown.flatMap(([name, { target }]) => (target ? [name, besideName(name)] : [name]));
    shownNamesOf.set(fields, names);
  }
  return names;
}

/** @returns the record as the caller sees it, whether in his scope or not: for the reply to a change that he just made */
export async function viewOf(
  queryable: Queryable,
  resource: Resource,
  id: string,
  who: RequestContext,
  personal: PersonalData,
): Promise<RecordView> {
  const { sql, values } = partsFor(who, resource, "view", (bind) => viewColumns(resource, who, bind));
  const [row] = await queryable.query(
    `SELECT ${sql.columns} FROM ${resource.table} t WHERE t.id = ${values.bind(id)}`,
    values.list,
  );
  return shapeView(resource, row!, who, personal);
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
  const sealed = resource.person ? " So is what is encrypted, for an API key." : "";
  const description = `What a role hides from the caller is left out.${sealed}`;
  return { type: "object", description, properties, required: Object.keys(properties) };
}

const MONEY_SCHEMA = {
  type: "object",
  required: ["amount", "currency"],
  properties: { amount: { type: "string" }, currency: { type: "string" } },
};

/** JSON Schema of a field's value as the API shows it. */
export function schemaOfField(field: Field): object {
  switch (field.kind) {
    case "text":
    case "longText":
      return { type: "string" };
    case "link":
      return { type: "string", format: "uri" };
    case "time":
      return { type: "string", format: "time" };
    case "number":
      return { type: "number" };
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
    case "choices":
      return { type: "array", items: { type: "string", enum: field.choices } };
    case "json":
      return field.schema!;
  }
}
