import { phoneEnding } from "@kehu/personal-data";
import {
  COLLABORATORS,
  TEAMS,
  USERS,
  type Field,
  type FieldKind,
  type FieldMap,
  type LinkTable,
  type ReferenceTarget,
} from "./field.ts";
import { normalEmail, normalPhone } from "./normal-forms.ts";

type Options = Partial<
  Pick<
    Field,
    | "required"
    | "filterable"
    | "sortable"
    | "personal"
    | "personName"
    | "blind"
    | "neverNull"
    | "column"
    | "partOf"
    | "shown"
    | "normalise"
    | "vocabulary"
  >
>;

const field = (
  kind: FieldKind,
  en: string,
  zh: string,
  options: Options & Pick<Field, "choices" | "target" | "elements" | "schema" | "withKinds"> = {},
): Field => ({
  kind,
  label: { en, zh },
  column: "",
  required: false,
  filterable: true,
  sortable: !options.personal,
  personal: false,
  personName: false,
  neverNull: options.required ?? false,
  partOf: [],
  shown: true,
  ...options,
});

export const text = (en: string, zh: string, options?: Options) => field("text", en, zh, options);
export const longText = (en: string, zh: string, options?: Options) =>
  field("longText", en, zh, { sortable: false, ...options });
export const integer = (en: string, zh: string, options?: Options) => field("integer", en, zh, options);
export const boolean = (en: string, zh: string, options?: Options) => field("boolean", en, zh, options);
export const day = (en: string, zh: string, options?: Options) => field("date", en, zh, options);
export const instant = (en: string, zh: string, options?: Options) => field("instant", en, zh, options);
export const money = (en: string, zh: string, options?: Options) => field("money", en, zh, options);
export const choice = (en: string, zh: string, choices: readonly string[], options?: Options) =>
  field("choice", en, zh, { ...options, choices });
export const reference = (en: string, zh: string, target: ReferenceTarget, options?: Options) =>
  field("reference", en, zh, { sortable: false, ...options, target });
export const json = (
  en: string,
  zh: string,
  schema: object,
  options?: Options & Pick<Field, "elements" | "withKinds">,
) => field("json", en, zh, { filterable: false, sortable: false, ...options, schema });
/**
 * A list of `{ type, id }` of records of any of the given types, in a `jsonb` column.
 *
 * @param kept the table in which filters of what is linked find those who have the link
 */
export const links = (en: string, zh: string, targets: Readonly<Record<string, ReferenceTarget>>, kept?: LinkTable) =>
  field("json", en, zh, {
    filterable: false,
    sortable: false,
    neverNull: true,
    elements: { property: "id", targets, ...(kept && { links: kept }) },
    schema: linksSchema(Object.keys(targets)),
  });
/** A `text[]` column, of which any element may match. */
export const list = (en: string, zh: string, options?: Options) =>
  field("list", en, zh, { sortable: false, ...options });
/** Where a person is reached; found by its tokens, and shown where the table has a column for it. */
export const email = (options?: Options) =>
  text("E-mail", "电子邮件", { personal: true, blind: "email", normalise: normalEmail, ...options });
export const phone = (options?: Options) =>
  text("Phone", "电话", {
    personal: true,
    blind: "phone",
    normalise: (value, { country }) => normalPhone(value, country) ?? value,
    ...options,
  });
/** What else an address is found by. */
export const ADDRESS_PARTS = {
  emailDomain: text("E-mail domain", "邮箱域名", {
    personal: true,
    blind: "emailDomain",
    partOf: ["email", "contactPoints"],
    shown: false,
    normalise: normalEmail,
  }),
  phoneEnding: text("Phone ending", "电话尾号", {
    personal: true,
    blind: "phoneEnding",
    partOf: ["phone", "contactPoints"],
    shown: false,
    normalise: phoneEnding,
  }),
};

/** An id that is no reference: nothing in this service is looked up by it. */
export const id = (en: string, zh: string, options?: Options) => field("id", en, zh, options);

const EXTERNAL_IDS_SCHEMA = {
  type: "array",
  items: {
    type: "object",
    required: ["system", "id"],
    properties: { system: { type: "string" }, id: { type: "string" } },
  },
};

const linksSchema = (types: readonly string[], further: Readonly<Record<string, object>> = {}) => ({
  type: "array",
  items: {
    type: "object",
    required: ["type", "id", "name", ...Object.keys(further)],
    properties: {
      type: { type: "string", enum: types },
      id: { type: "string", format: "uuid" },
      name: { type: ["string", "null"], readOnly: true },
      ...further,
    },
  },
});

const ACCESS = { access: { type: "string", enum: ["read", "write"] } };

/**
 * The fields of a resource: those that every record has and its own, in the order in which the API shows them.
 *
 * @param own the resource's own fields; a column that is not given is the name in snake case
 */
export function fields(own: Readonly<Record<string, Field>>): FieldMap {
  const all = {
    id: id("Id", "编号", { neverNull: true }),
    ...own,
    ownerId: reference("Owner", "负责人", USERS),
    externalIds: json("External ids", "外部编号", EXTERNAL_IDS_SCHEMA),
    createdAt: instant("Created", "创建时间", { neverNull: true }),
    updatedAt: instant("Last changed", "更新时间", { neverNull: true }),
    version: integer("Version", "版本", { neverNull: true }),
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, one]) => [name, { ...one, column: one.column || snake(name) }]),
  );
}

const custom = json("Custom fields", "自定义字段", { type: "object", additionalProperties: true }, { neverNull: true });

/** The fields of a resource whose records people own. */
export function ownedFields(own: Readonly<Record<string, Field>>): FieldMap {
  const shared = links("Shared with", "共享给", COLLABORATORS);
  return fields({
    ...own,
    custom,
    tags: list("Tags", "标签", { neverNull: true, vocabulary: "tag" }),
    teamId: reference("Team", "团队", TEAMS),
    collaborators: { ...shared, schema: linksSchema(Object.keys(COLLABORATORS), ACCESS) },
  });
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
