import { sameValue, type RecordEntity } from "../record.entity.ts";
import type { Resource } from "../resource.ts";
import { changedFields } from "../store.ts";
import type { ChangedProperties } from "./import-changes.ts";

type Values = Readonly<Record<string, unknown>>;

/** What a rollback finds in a record that an import has changed. */
export interface Before {
  /** Values to give back, by property: those that are as the import has left them. */
  values: Values;
  /** True where somebody has changed others of them since. */
  theirs: boolean;
  /** The names that these have for callers. */
  fields: string[];
}

/** Of several changes the first says what was, and the last what is. */
export function joined(changes: readonly ChangedProperties[]): ChangedProperties {
  return {
    was: Object.assign({}, ...changes.map(({ was }) => was).reverse()) as Record<string, unknown>,
    is: Object.assign({}, ...changes.map(({ is }) => is)) as Record<string, unknown>,
  };
}

/** @returns what was before an import, of what nobody has changed since */
export function valuesBefore(record: RecordEntity, { was, is }: ChangedProperties, resource: Resource): Before {
  const now = record as unknown as Values;
  const differs = (name: string) => !sameValue(now[name] ?? null, is[name] ?? null);
  const changed = Object.keys(is).filter(differs);
  const groups = (resource.together ?? []).filter((group) => group.some((name) => changed.includes(name)));
  const theirs = new Set([...changed, ...groups.flat().filter((name) => name in is)]);
  const ours = Object.keys(is).filter((name) => !theirs.has(name));
  const values: Record<string, unknown> = Object.fromEntries(ours.map((name) => [name, was[name]]));
  if (theirs.has("custom")) values["custom"] = customBefore(now["custom"], was["custom"], is["custom"]);
  return { values, theirs: theirs.size > 0, fields: fieldsOf(record, is, [...theirs]) };
}

/** Each of the company's fields counts by itself. */
function customBefore(...all: [now: unknown, was: unknown, is: unknown]): Values {
  const [now, was, is] = all as [Values, Values, Values];
  const isOurs = (name: string) => sameValue(now[name] ?? null, is[name] ?? null);
  const names = new Set([...Object.keys(now), ...Object.keys(was)]);
  const values = [...names].map((name) => [name, isOurs(name) ? was[name] : now[name]] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined && value !== null));
}

/** @returns the names of fields whose values would be others with those of the import */
function fieldsOf(record: RecordEntity, is: Values, properties: readonly string[]): string[] {
  const asImported = Object.assign(Object.create(Object.getPrototypeOf(record) as object) as RecordEntity, record);
  for (const name of properties) Object.assign(asImported, { [name]: is[name] });
  return changedFields(asImported.state(), record.state());
}
