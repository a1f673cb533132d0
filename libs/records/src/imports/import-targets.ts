import type { RequestContext } from "@kehu/auth";
import type { TableField, TableFieldKind } from "@kehu/importing";
import { getMetadataStorage } from "class-validator";
import type { Field, FieldKind } from "../field.ts";
import { idsIn } from "../external-id-cells.ts";
import { isHidden } from "../field-rules.ts";
import type { DtoClass, Resource } from "../resource.ts";

/** What a column of a file becomes in the data of a record. */
export interface ImportTarget extends TableField {
  /** Puts a value that was read into the data of a row. */
  put: (data: Record<string, unknown>, value: unknown) => void;
  /** The list of which it is one kind; the others stay as they are. */
  kindOf?: string;
  /** Of a reference that is given by its record's name. */
  named?: Field;
  /** How a cell is read that holds none of the choices: whether its record may keep such a value shows later. */
  unlisted?: TableFieldKind;
}

const KINDS: Partial<Record<FieldKind, TableFieldKind>> = { choices: "multipleChoice" };
const kindOf = ({ kind }: Field): TableFieldKind => KINDS[kind] ?? (kind as TableFieldKind);

/** Names of systems are the caller's own; these stand in suggestions. */
const EXTERNAL_ID = { en: "External id", zh: "外部编号" };

/**
 * @param resource with the fields of the company
 * @param who what is hidden from him is left out
 * @returns what a column can be mapped to, but for the names of systems
 */
export function importTargets(resource: Resource, who: RequestContext): ImportTarget[] {
  const taken = propertiesOf(resource.dto.import);
  return Object.entries(resource.fields).flatMap(([name, field]) => {
    if (!field.custom && !taken.has(name)) return [];
    if (isHidden(resource, name, field, who)) return [];
    if (name === "externalIds" || name === "custom") return [];
    return [...pointsOf(name, field), plain(name, field), ...namesOf(name, field)];
  });
}

/**
 * @param text as a mapping says it
 * @param who what is hidden from him is not there
 * @returns undefined where there is no such thing
 */
export function importTarget(resource: Resource, text: string, who: RequestContext): ImportTarget | undefined {
  if (text === "id") return { name: "id", kind: "id", label: { en: "Id", zh: "编号" }, put: put("id") };
  const [, of, system] = /^(?:(.+)\.)?externalIds\.(.+)$/.exec(text) ?? [];
  const targets = importTargets(resource, who);
  if (system === undefined) return targets.find(({ name }) => name === text);
  const shared = { name: text, kind: "text", label: EXTERNAL_ID } as const;
  if (of === undefined)
    return {
      ...shared,
      put: (data, ids) => void list(data, "externalIds").push(...idsIn(ids as string).map((id) => ({ system, id }))),
    };
  const reference = targets.find(({ name, kind }) => name === of && kind === "reference");
  return reference && { ...shared, put: (data, id) => reference.put(data, { externalId: { system, id } }) };
}

const put = (name: string) => (data: Record<string, unknown>, value: unknown) => void (data[name] = value);

function plain(name: string, field: Field): ImportTarget {
  const { custom, options } = field;
  const isList = field.kind === "list" || field.kind === "choices";
  return {
    name,
    label: field.label,
    kind: options ? (isList ? "multipleChoice" : "choice") : kindOf(field),
    // A word that names a retired value, too, names the one that can be chosen.
    choices: options ? options.toSorted((a, b) => Number(a.retired) - Number(b.retired)) : field.choices,
    ...(options && field.vocabulary !== undefined && { unlisted: isList ? "list" : "text" }),
    put: custom
      ? (data, value) => void (group(data, "custom")[custom.name] = value)
      : (data, value) => put(name)(data, field.elements ? withoutNames(value) : value),
  };
}

/** The names beside what elements refer to are shown, and cannot be set. */
function withoutNames(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((element: unknown) => {
    if (typeof element !== "object" || element === null) return element;
    const { name: _name, ...given } = element as Record<string, unknown>;
    return given;
  });
}

/** A record is called by its name, too. */
function namesOf(name: string, field: Field): ImportTarget[] {
  if (field.kind !== "reference") return [];
  const label = { en: `${field.label.en} name`, zh: `${field.label.zh}名称` };
  const { put: putId } = plain(name, field);
  return [{ name: `${name}.name`, kind: "text", label, put: putId, named: field }];
}

interface PointsSchema {
  items: { properties: { kind: { enum: readonly string[] } } };
}

/** Of a list of values of several kinds, such as contact points, each kind by itself. */
function pointsOf(name: string, { schema, withKinds }: Field): ImportTarget[] {
  if (!withKinds) return [];
  return (schema as PointsSchema).items.properties.kind.enum.map((one) => ({
    name: `${name}.${one}`,
    kindOf: name,
    kind: "text",
    label: { en: one, zh: one },
    put: (data, text) => void list(data, name).push({ kind: one, value: text }),
  }));
}

const list = (data: Record<string, unknown>, name: string) => (data[name] ??= []) as unknown[];
const group = (data: Record<string, unknown>, name: string) => (data[name] ??= {}) as Record<string, unknown>;

/** The properties that a class takes. */
function propertiesOf(dto: DtoClass): ReadonlySet<string> {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, "", true, false);
  return new Set(rules.map(({ propertyName }) => propertyName));
}
