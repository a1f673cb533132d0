import { keySql, UnreadableValue, type PersonalData, type PersonKey } from "@kehu/personal-data";
import type { RecordEntity } from "./record.entity.ts";
import type { Resource } from "./resource.ts";

/** Name of the column with the person's key that a SELECT of records or of views has besides. */
export const KEY_COLUMN = "person.key";

/** @returns that column, for a resource whose records are about persons; the table has the alias `t` */
export function keyColumn({ person }: Resource): [sql: string, name: string][] {
  return person ? [[keySql("coalesce(t.person_id, t.id)"), KEY_COLUMN]] : [];
}

/** @returns the person whom a record is about */
export function personOf({ person }: Resource, record: RecordEntity): string {
  const { id } = record;
  return ((record as unknown as Record<string, unknown>)[person!.id] as string | null) ?? id;
}

/** Names of the fields that are encrypted in their columns. */
export function sealedFields(resource: Resource): string[] {
  return fieldsWhere(resource, ({ personal, shown }) => personal && shown);
}

/** Names of the fields that are plain in their columns only: names of persons, and what the company has added. */
export function personNames(resource: Resource): string[] {
  const names = fieldsWhere(resource, ({ personName }) => personName);
  return resource.person && "custom" in resource.fields ? [...names, "custom"] : names;
}

/** @returns whether a field is encrypted wherever it stands besides its column; `custom.region` is as `custom` is */
export function personalIn(resource: Resource): (field: string) => boolean {
  const names = new Set([...sealedFields(resource), ...personNames(resource)]);
  return (field) => names.size > 0 && names.has(field.replace(/\..*$/, ""));
}

function fieldsWhere({ person, fields }: Resource, is: (field: Resource["fields"][string]) => boolean): string[] {
  return person ? Object.keys(fields).filter((name) => is(fields[name]!)) : [];
}

/** Where the value of a field stands, as its encryption knows it. */
export const columnPlace = ({ concept }: Resource, id: string, field: string) => `${concept} ${id} ${field}`;
export const historyPlace = (id: string, field: string) => `history ${id} ${field}`;
export const replyPlace = (id: string, field: string) => `reply ${id} ${field}`;

/** What stands for a value that is not there: an encrypted list has no empty form of its own. */
const emptyOf = ({ fields }: Resource, name: string) => (fields[name]!.kind === "json" ? [] : null);

/** @returns what is stored for the value of a field */
export function sealColumn(resource: Resource, id: string, name: string, value: unknown, key: PersonKey | undefined) {
  if (value === null || (Array.isArray(value) && value.length === 0)) return null;
  if (!key) throw new Error(`${resource.concept} ${id} has no key for its personal data.`);
  return key.seal(value, columnPlace(resource, id, name));
}

/**
 * @returns the value of a field whose column is encrypted
 * @throws UnreadableValue
 */
export function openColumn(resource: Resource, id: string, name: string, stored: unknown, key: PersonKey | null) {
  if (stored === null || stored === undefined) return emptyOf(resource, name);
  const place = columnPlace(resource, id, name);
  if (!key) throw new UnreadableValue(null, place);
  return key.open(stored as string, place) ?? emptyOf(resource, name);
}

/** Decrypts a row that shows a record to the API. */
export function openView(resource: Resource, row: Record<string, unknown>, personal: PersonalData): void {
  const names = sealedFields(resource);
  if (names.length === 0) return;
  const key = personal.keyOf(row[KEY_COLUMN] as string | null);
  for (const name of names) row[name] = openColumn(resource, row["id"] as string, name, row[name], key);
}
