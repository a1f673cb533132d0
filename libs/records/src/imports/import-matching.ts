import { rowScope, type RequestContext } from "@kehu/auth";
import { RuleViolation } from "@kehu/contracts";
import type { Queryable } from "@kehu/database";
import type { PersonalData } from "@kehu/personal-data";
import { Values } from "../caller-sql.ts";
import type { Settings } from "../company-settings.ts";
import type { Field } from "../field.ts";
import { customColumn, sqlType } from "../filter-sql.ts";
import { isHidden } from "../field-rules.ts";
import type { Resource } from "../resource.ts";
import type { ImportOptions } from "./import.dto.ts";

/** Records that a key names; more than one of them name none. */
export interface Matched {
  ids: string[];
  isDeleted: boolean;
}

/** Finds the records of rows by what they are called. */
export interface Matching {
  /** The key in the data of a row, in the form in which keys are compared; null where the row has none. */
  keyOf(data: Readonly<Record<string, unknown>>): string | null;
  find(queryable: Queryable, keys: readonly string[], who: RequestContext): Promise<Map<string, Matched>>;
}

interface Found {
  key: string;
  id: string;
  deleted: boolean;
}

/**
 * @param options `matchBy` is `id`, `externalId`, or a field by which lists are filtered for equal values; where it is left
 *   out, records are found by the external ids or the ids that the file has
 * @param targets what the columns of the file become
 * @returns null where all rows are new records
 * @throws RuleViolation `import.unknown-key` with `allowed`, also where nothing says which records are to be changed
 */
export function matchingOf(
  resource: Resource,
  { matchBy, mode = "create" }: Pick<ImportOptions, "matchBy" | "mode">,
  targets: readonly string[],
  who: RequestContext,
  personal: PersonalData,
  settings: Settings,
): Matching | null {
  const [system] = targets.flatMap((target) => /^externalIds\.(.+)$/.exec(target)?.[1] ?? []);
  const given = targets.includes("id") ? "id" : undefined;
  const key = matchBy ?? (system === undefined ? given : "externalId");
  if (key === "id") return byId(resource);
  if (key === "externalId" && system !== undefined) return byExternalId(resource, system);
  const keys = new Map(Object.entries(resource.fields).filter(([, field]) => isKey(field)));
  for (const [name, field] of keys) if (isHidden(resource, name, field, who)) keys.delete(name);
  const field = key === undefined ? undefined : keys.get(key);
  if (field) return byField(resource, key!, field, personal, settings);
  if (key === undefined && mode === "create") return null;
  const allowed = new Set(["id", ...(system === undefined ? [] : ["externalId"]), ...keys.keys()]);
  const message = key === undefined ? `Say by what records are found.` : `Records are not found by ${key}.`;
  throw new RuleViolation("import.unknown-key", `matchBy: ${message}`, { allowed: [...allowed] });
}

const KEY_KINDS: readonly Field["kind"][] = ["text", "integer", "number", "link", "id"];

function isKey({ kind, blind, personal, filterable, custom }: Field): boolean {
  if (blind) return blind === "email" || blind === "phone";
  return filterable && !personal && KEY_KINDS.includes(kind) && (kind !== "id" || !custom);
}

const byId = (resource: Resource): Matching => ({
  keyOf: ({ id }) => (typeof id === "string" ? id : null),
  find: (queryable, keys, who) =>
    look(
      queryable,
      who,
      resource,
      (bind) => `SELECT t.id::text AS key, t.id, t.deleted_at IS NOT NULL AS deleted
      FROM ${resource.table} t WHERE t.id = ANY(${bind(keys)}::uuid[])`,
    ),
});

/** Also a record that is out of the caller's reach: that he must not change it is said when it is tried. */
const byExternalId = (resource: Resource, system: string): Matching => ({
  keyOf: ({ externalIds }) =>
    (externalIds as { system: string; id: string }[] | undefined)?.find((one) => one.system === system)?.id ?? null,
  async find(queryable, keys) {
    const rows = await queryable.query<Found & Record<string, unknown>>(
      `SELECT e.external_id AS key, t.id, t.deleted_at IS NOT NULL AS deleted FROM external_id e
       JOIN ${resource.table} t ON t.id = e.record_id WHERE e.type = $1 AND e.system = $2 AND e.external_id = ANY($3)`,
      [resource.type, system, keys],
    );
    return gathered(rows);
  },
});

function byField(resource: Resource, name: string, field: Field, personal: PersonalData, settings: Settings): Matching {
  const { table } = resource;
  const normal = (value: unknown) => {
    const text = String(value);
    return field.normalise ? field.normalise(text, settings) : text;
  };
  const from = (bind: (value: unknown) => string, keys: readonly string[]) => {
    if (field.blind) {
      const tokens = keys.map((key) => personal.blind.token(field.blind!, key));
      return `unnest(${bind(keys)}::text[], ${bind(tokens)}::text[]) AS k (key, token)
        JOIN ${table} t ON t.blind_index @> ARRAY[k.token]`;
    }
    const type = sqlType(field);
    const wanted = `unnest(${bind(keys)}::text[]) AS k (key)`;
    if (!field.custom) return `${wanted} JOIN ${table} t ON t.${field.column} = k.key::${type}`;
    return `${wanted} JOIN custom_value c ON c.field = '${field.custom.key}' AND c.${customColumn(field)} = k.key::${type}
      JOIN ${table} t ON t.id = c.record_id`;
  };
  return {
    keyOf: (data) => {
      const value = valueOf(data, name, field);
      return value === null || value === undefined ? null : normal(value);
    },
    find: (queryable, keys, who) =>
      look(
        queryable,
        who,
        resource,
        (bind) => `SELECT k.key, t.id, false AS deleted FROM ${from(bind, keys)}
        WHERE t.deleted_at IS NULL`,
      ),
  };
}

/** A contact's e-mail stands among his contact points. */
function valueOf(data: Readonly<Record<string, unknown>>, name: string, { custom, blind }: Field): unknown {
  if (custom) return (data["custom"] as Readonly<Record<string, unknown>> | undefined)?.[custom.name];
  if (!blind || name in data) return data[name];
  const points = data["contactPoints"] as { kind: string; value: string }[] | undefined;
  return points?.find(({ kind }) => kind === blind)?.value;
}

async function look(
  queryable: Queryable,
  who: RequestContext,
  resource: Resource,
  select: (bind: Values["bind"]) => string,
): Promise<Map<string, Matched>> {
  const values = new Values();
  const text = select(values.bind);
  const scope = rowScope(who, resource.permissions.read, "t", values.bind);
  const joint = /\bWHERE\b/.test(text) ? "AND" : "WHERE";
  return gathered(await queryable.query<Found & Record<string, unknown>>(`${text} ${joint} (${scope})`, values.list));
}

function gathered(rows: readonly Found[]): Map<string, Matched> {
  const found = new Map<string, Matched>();
  for (const { key, id, deleted } of rows) {
    const one = found.get(key) ?? { ids: [], isDeleted: false };
    if (!one.ids.includes(id)) one.ids.push(id);
    one.isDeleted ||= deleted;
    found.set(key, one);
  }
  return found;
}
