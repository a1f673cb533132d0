import type { RequestContext } from "@kehu/auth";
import type { CustomChoice } from "@kehu/contracts";
import { isClosed } from "./field-rules.ts";
import type { Field, FieldMap, Label } from "./field.ts";
import { operatorsOf } from "./filter.ts";
import type { Related, Side } from "./related.ts";

/** One field of a resource, as `GET /v1/{resource}/fields` shows it. */
export interface FieldView {
  name: string;
  type: string;
  label: Label;
  required: boolean;
  choices: readonly string[] | null;
  filterable: boolean;
  operators: readonly string[];
  sortable: boolean;
  personal: boolean;
  /** The caller's roles close it to him for changes. */
  readOnly: boolean;
  custom: boolean;
  /** What may be chosen, where the company says it: values with labels and colours, in order, retired ones too. */
  options: readonly CustomChoice[] | null;
  /** Name of the vocabulary that it follows, or would if the company had one of this name. */
  vocabulary: string | null;
}

/** A field of a record that another one refers to. */
export interface RelatedFieldView {
  /** As a filter names it: `account.industry`. */
  name: string;
  type: string;
  label: Label;
  choices: readonly string[] | null;
  operators: readonly string[];
}

/** Records that filters of a resource may ask about besides. */
export interface RelatedView {
  /** True where any of the records that refer to one is asked for, by `{ any: { resource, by, where } }`. */
  many: boolean;
  /** The field that refers: of this resource, or where there are many, of theirs. */
  by: string;
  /** Type of the records: `account`. */
  type: string;
  /** Where their fields are described, if they are records of the same service: `accounts`. */
  resource: string | null;
  /** Of the record that one refers to. Those of `many` are the filterable ones of `resource`. */
  fields: RelatedFieldView[];
}

/** @param open the fields of a concept that the caller may see */
export function fieldViews(open: FieldMap, concept: string, who: RequestContext): FieldView[] {
  return Object.entries(open).map(([name, field]) => ({
    name,
    type: typeOf(field),
    label: field.label,
    required: field.required,
    choices: field.choices ?? null,
    filterable: field.filterable,
    operators: field.filterable ? operatorsOf(field) : [],
    sortable: field.sortable,
    personal: field.personal || field.personName,
    readOnly: isClosed({ concept }, name, field, who),
    custom: field.custom !== undefined,
    options: field.options ?? null,
    vocabulary: field.vocabulary ?? null,
  }));
}

export function relatedViews({ one, many }: Related): RelatedView[] {
  const sides = [...many.values()].flatMap((byField) => [...byField.values()]);
  return [
    ...[...one].map(([path, side]) => ({ ...viewOf(side, false), fields: fieldsThrough(path, side) })),
    ...sides.map((side) => ({ ...viewOf(side, true), fields: [] })),
  ];
}

const viewOf = ({ by, type, resource }: Side, many: boolean) => ({ many, by, type, resource });

function fieldsThrough(path: string, { fields }: Side): RelatedFieldView[] {
  const filterable = Object.entries(fields).filter(([, field]) => field.filterable);
  return filterable.map(([name, field]) => ({
    name: `${path}.${name}`,
    type: typeOf(field),
    label: field.label,
    choices: field.choices ?? null,
    operators: operatorsOf(field),
  }));
}

const typeOf = ({ custom, kind }: Field) => custom?.type ?? kind;
