import {
  Conflict,
  RuleViolation,
  type CustomChoice,
  type CustomFieldState,
  type CustomType,
  type DomainEvent,
  type EventType,
  type FieldError,
} from "@kehu/contracts";
import { Column } from "typeorm";
import type { ChoiceDto, CreateCustomField, UpdateCustomField } from "./custom-field.dto.ts";
import { besideName, type Label } from "./field.ts";
import { assign, event, RecordEntity } from "./record.entity.ts";

/** Types whose values lists can be filtered by, and those by which they can be sorted. */
const NEVER_FILTERED: readonly CustomType[] = ["longText"];
const NEVER_SORTED: readonly CustomType[] = ["longText", "choices", "reference", "user"];

/** The most fields that a company adds to one resource, those that are retired not counted. */
const MOST_FIELDS = 200;

/** What a new field has to know of the others of its service. */
export interface FieldContext {
  /** All fields, retired ones too. */
  fields: readonly { resource: string; name: string; isRetired: boolean }[];
  /** Types of records that a reference of this service may be to. */
  targets: readonly string[];
  /** Names of the vocabularies that the company has. */
  vocabularies: readonly string[];
}

/** The event types of one service's fields. */
export interface FieldNews {
  created: EventType;
  updated: EventType;
  retired: EventType;
  restored: EventType;
}

/** The definition of a field that the company has added to a resource. Deleting retires it: the values stay. */
export abstract class CustomField extends RecordEntity {
  @Column("text") resource: string;
  @Column("text") name: string;
  @Column("text") type: CustomType;
  @Column("jsonb") label: Label;
  @Column("boolean") required: boolean;
  @Column("boolean") filterable: boolean;
  @Column("boolean") sortable: boolean;
  @Column("jsonb", { nullable: true }) choices: CustomChoice[] | null;
  /** Its values are those of a vocabulary, which may be deleted by now. */
  @Column("text", { nullable: true }) vocabulary: string | null;
  @Column("text", { nullable: true }) target: string | null;

  protected abstract get news(): FieldNews;

  open(data: CreateCustomField & { resource: string }, now: Date, context: FieldContext): DomainEvent[] {
    mustBeNew(data, context);
    mustBeWhole(data, context);
    assign(this, {
      ownerId: null,
      resource: data.resource,
      name: data.name,
      type: data.type,
      label: { ...data.label },
      required: data.required ?? false,
      filterable: data.filterable ?? !NEVER_FILTERED.includes(data.type),
      sortable: data.sortable ?? !NEVER_SORTED.includes(data.type),
      choices: data.choices ? wholeChoices(data.choices) : null,
      vocabulary: data.vocabulary ?? null,
      target: data.target ?? null,
    });
    this.mustBeListable();
    return [event(this.news.created, this, now)];
  }

  imported(data: CreateCustomField & { resource: string }, now: Date, context: FieldContext): DomainEvent[] {
    return this.version === 0 ? this.open(data, now, context) : this.update(data, now);
  }

  update({ type, choices, label, ...flags }: UpdateCustomField, now: Date): DomainEvent[] {
    if (type !== undefined && type !== this.type)
      throw broken("type", "field.type-fixed", "Its values hang on its type: retire this field and make another one.");
    const changed = choices && this.changedChoices(choices);
    const differs = assign(this, { ...flags, label: label && { ...label }, choices: changed });
    this.mustBeListable();
    return differs ? [event(this.news.updated, this, now)] : [];
  }

  remove(now: Date): DomainEvent[] {
    this.deletedAt = now;
    return [event(this.news.retired, this, now)];
  }

  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    return [event(this.news.restored, this, now)];
  }

  state(): CustomFieldState {
    const { resource, name, type, label, required, filterable, sortable, choices, vocabulary, target } = this;
    return { ...this.base(), resource, name, type, label, required, filterable, sortable, choices, vocabulary, target };
  }

  private mustBeListable(): void {
    if (this.filterable && NEVER_FILTERED.includes(this.type))
      throw broken("filterable", "field.not-filterable", `Lists are not filtered by a field of the type ${this.type}.`);
    if (this.sortable && NEVER_SORTED.includes(this.type))
      throw broken("sortable", "field.not-sortable", `Lists are not sorted by a field of the type ${this.type}.`);
  }

  private changedChoices(choices: readonly ChoiceDto[]): CustomChoice[] {
    if (this.vocabulary !== null)
      throw broken(
        "choices",
        "field.no-choice",
        `Its values are those of the vocabulary ${this.vocabulary}: change that.`,
      );
    if (!this.choices) throw broken("choices", "field.no-choice", `A field of the type ${this.type} has no choices.`);
    const gone = this.choices.find(({ value }) => !choices.some((one) => one.value === value));
    if (gone)
      throw broken("choices", "field.choice-removed", `Records may have ${gone.value}: set it to retired instead.`);
    return wholeChoices(choices);
  }
}

function mustBeNew({ resource, name }: { resource: string; name: string }, { fields }: FieldContext): void {
  const ofResource = fields.filter((one) => one.resource === resource);
  const twin = ofResource.find((one) => one.name === name || clash(one.name, name));
  if (twin)
    throw new Conflict(
      "field.exists",
      twin.isRetired ? `${twin.name} is a retired field: restore it, or take another name.` : `There is ${twin.name}.`,
    );
  if (ofResource.filter(({ isRetired }) => !isRetired).length >= MOST_FIELDS)
    throw new RuleViolation("field.too-many", `A resource has at most ${MOST_FIELDS} fields of its company.`);
}

/** The name beside a reference would stand where the other field does. */
const clash = (one: string, other: string) => besideName(one) === other || besideName(other) === one;

function mustBeWhole(data: CreateCustomField, { targets, vocabularies }: FieldContext): void {
  const { name, type, target } = data;
  const refers = type === "reference" || type === "user";
  if (name in {}) throw broken("name", "field.name", "This name is taken by the language of programs.");
  if (refers !== name.endsWith("Id"))
    throw broken("name", "field.name", `The name of a reference ends with Id, such as partnerId; others do not.`);
  mustHaveValues(data, vocabularies);
  if ((type === "reference") !== (target !== undefined))
    throw broken("target", "field.target", "A reference, and nothing else, has the type of its records as target.");
  if (target !== undefined && !targets.includes(target))
    throw broken("target", "field.target", `Here records refer to: ${targets.join(", ")}.`);
}

/** A choice, and nothing else, has values of its own or those of a vocabulary. */
function mustHaveValues({ type, choices, vocabulary }: CreateCustomField, known: readonly string[]): void {
  const chooses = type === "choice" || type === "choices";
  if (chooses && !choices && vocabulary === undefined)
    throw broken("choices", "field.required", "A choice has at least one value, or a vocabulary.");
  const given = choices ? "choices" : "vocabulary";
  if (!chooses && (choices || vocabulary !== undefined))
    throw broken(given, "field.no-choice", `A field of the type ${type} has no choices.`);
  if (choices && vocabulary !== undefined)
    throw broken("vocabulary", "field.choices-twice", "A choice has values of its own, or those of a vocabulary.");
  if (vocabulary !== undefined && !known.includes(vocabulary))
    throw broken(
      "vocabulary",
      "vocabulary.unknown",
      "No vocabulary of this name is known here: make it (POST /v1/vocabularies), or send this again in a moment.",
    );
}

function wholeChoices(choices: readonly ChoiceDto[]): CustomChoice[] {
  if (new Set(choices.map(({ value }) => value)).size < choices.length)
    throw broken("choices", "field.choice-twice", "Each value stands once.");
  return choices.map(({ value, label, color = null, retired = false }) => ({
    value,
    label: { ...label },
    color,
    retired,
  }));
}

function broken(field: string, code: string, message: string): RuleViolation {
  return new RuleViolation(code, `${field}: ${message}`, { errors: [{ field, code, message } satisfies FieldError] });
}
