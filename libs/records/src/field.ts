import { phoneEnding, type BlindKind } from "@kehu/personal-data";
import type { Settings } from "./company-settings.ts";
import { normalEmail, normalPhone } from "./normal-forms.ts";

/** A label in the languages of the product. */
export interface Label {
  en: string;
  zh: string;
}

export type FieldKind =
  | "text"
  | "longText"
  | "choice"
  | "integer"
  | "money"
  | "date"
  | "instant"
  | "boolean"
  | "id"
  | "reference"
  | "json"
  | "list";

/** Where a reference points: the table in this service that knows the record, its own or a copy fed by events. */
export interface ReferenceTarget {
  /** Type of the record (`account`), as links and external ids name it. */
  type: string;
  table: string;
  /** Column with the name that stands beside the id. */
  name: string;
  /** Permission under which the caller may see the target; none for users, whom everybody may see. */
  permission: string | null;
  /** True for a copy of another service's record: a reference to one that is not there yet waits for it. */
  copy: boolean;
}

/**
 * Where the elements of a list refer to: `property` holds the reference. With `targets` the element's `type` says to
 * which of them, and its name is shown in the element as `name`.
 */
export type Elements =
  | { property: string; target: ReferenceTarget }
  | { property: "id"; targets: Readonly<Record<string, ReferenceTarget>> };

/** One field of a resource: what the API shows, and the columns behind it. Only these reach SQL. */
export interface Field {
  kind: FieldKind;
  label: Label;
  /** Column of the resource's own table; of money, the start of `<column>_minor` and `<column>_currency`. */
  column: string;
  required: boolean;
  filterable: boolean;
  sortable: boolean;
  /** About a person: encrypted in its column and everywhere else; never sorted, filtered by its blind tokens only. */
  personal: boolean;
  /** A person's name: plain in its column, to be searched and sorted; encrypted in history and stored replies. */
  personName: boolean;
  /** The tokens by which it is found, in the column `blind_index` of its table. */
  blind?: BlindKind;
  /** The column is NOT NULL, which makes paging by it cheaper. */
  neverNull: boolean;
  /** The fields whose content it shows in another form: who may not see these may not see it. */
  partOf: readonly string[];
  /** False for a field that is only filtered by. */
  shown: boolean;
  /** Brings a text into the form in which it is stored, before it is compared. */
  normalise?: (value: string, settings: Settings) => string;
  choices?: readonly string[];
  target?: ReferenceTarget;
  /** References in the elements of a list that is stored as JSON. */
  elements?: Elements;
  /** JSON Schema of a `json` field's value. */
  schema?: object;
}

export type FieldMap = Readonly<Record<string, Field>>;

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
  >
>;

const field = (
  kind: FieldKind,
  en: string,
  zh: string,
  options: Options & Pick<Field, "choices" | "target" | "elements" | "schema"> = {},
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
export const json = (en: string, zh: string, schema: object, options?: Options & Pick<Field, "elements">) =>
  field("json", en, zh, { filterable: false, sortable: false, ...options, schema });
/** A list of `{ type, id }` of records of any of the given types, in a `jsonb` column. */
export const links = (en: string, zh: string, targets: Readonly<Record<string, ReferenceTarget>>) =>
  field("json", en, zh, {
    filterable: false,
    sortable: false,
    neverNull: true,
    elements: { property: "id", targets },
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

/** Users of the company: every service keeps a copy. */
export const USERS: ReferenceTarget = { type: "user", table: "user_copy", name: "name", permission: null, copy: true };

/** Teams of the company: every service keeps a copy. */
export const TEAMS: ReferenceTarget = { type: "team", table: "team_copy", name: "name", permission: null, copy: true };

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

/** With whom a record is shared. */
export const COLLABORATORS = { user: USERS, team: TEAMS };
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

/** The fields of a resource whose records people own. */
export function ownedFields(own: Readonly<Record<string, Field>>): FieldMap {
  const shared = links("Shared with", "共享给", COLLABORATORS);
  return fields({
    ...own,
    teamId: reference("Team", "团队", TEAMS),
    collaborators: { ...shared, schema: linksSchema(Object.keys(COLLABORATORS), ACCESS) },
  });
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** @returns the property with the name that stands beside a reference: `ownerName` for `ownerId` */
export function besideName(property: string): string {
  return property.replace(/Id$/, "Name");
}
