import type { CustomChoice, CustomType } from "@kehu/contracts";
import type { BlindKind } from "@kehu/personal-data";
import type { Settings } from "./company-settings.ts";

/** A label in the languages of the product. */
export interface Label {
  en: string;
  zh: string;
}

export type FieldKind =
  | "text"
  | "longText"
  | "choice"
  | "choices"
  | "integer"
  | "number"
  | "money"
  | "date"
  | "time"
  | "instant"
  | "boolean"
  | "link"
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
  | { property: "id"; targets: Readonly<Record<string, ReferenceTarget>>; links?: LinkTable };

/** Where links stand a second time, the other way round: with `record_type` and `record_id`, and whose they are. */
export interface LinkTable {
  table: string;
  /** With the id of the record that has the link. */
  column: string;
}

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
  /** Name of the vocabulary whose values it takes, while the company has one of this name. */
  vocabulary?: string;
  /** What may be chosen, where the company says it: in order, with labels and colours, retired values too. */
  options?: readonly CustomChoice[];
  target?: ReferenceTarget;
  /** References in the elements of a list that is stored as JSON. */
  elements?: Elements;
  /** JSON Schema of a `json` field's value. */
  schema?: object;
  /**
   * Of a list of values of several kinds, such as contact points: what becomes of the stored list where an import gives
   * one value of some kinds. `context` is what the resource's `context` has loaded.
   */
  withKinds?: (stored: unknown, given: unknown, context: unknown) => unknown;
  /** Of a field that the company has added. It has no column of its own: `custom` has its value, lists find it by `custom_value`. */
  custom?: CustomKey;
}

/** Where the values of a field that the company has added stand. */
export interface CustomKey {
  /** Its property in `custom`. */
  name: string;
  /** What `custom_value` calls it: `accounts.region`. */
  key: string;
  type: CustomType;
}

/** The values of a record's custom fields by their names; what is empty is left out. */
export type CustomValues = Readonly<Record<string, unknown>>;

export type FieldMap = Readonly<Record<string, Field>>;

/** Users of the company: every service keeps a copy. */
export const USERS: ReferenceTarget = { type: "user", table: "user_copy", name: "name", permission: null, copy: true };

/** Teams of the company: every service keeps a copy. */
export const TEAMS: ReferenceTarget = { type: "team", table: "team_copy", name: "name", permission: null, copy: true };

/** With whom a record is shared. */
export const COLLABORATORS = { user: USERS, team: TEAMS };

/** @returns the property with the name that stands beside a reference: `ownerName` for `ownerId` */
export function besideName(property: string): string {
  return property.replace(/Id$/, "Name");
}
