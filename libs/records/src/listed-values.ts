import type { RequestContext } from "@kehu/auth";
import { RuleViolation, type FieldError } from "@kehu/contracts";
import { valueIn } from "./custom-store.ts";
import type { Field, FieldMap } from "./field.ts";
import type { Resource } from "./resource.ts";

type ListedField = Field & Required<Pick<Field, "options">>;

const entriesOf = new WeakMap<FieldMap, readonly (readonly [string, ListedField])[]>();

/** The fields that take no other values than those of a list. */
function listedEntries(fields: FieldMap): readonly (readonly [string, ListedField])[] {
  let entries = entriesOf.get(fields);
  if (!entries) {
    entries = Object.entries(fields).filter((entry): entry is [string, ListedField] => entry[1].options !== undefined);
    entriesOf.set(fields, entries);
  }
  return entries;
}

/**
 * Checks that what a record takes of a vocabulary, or of the choices of a field of the company, can be chosen. It may keep
 * what it has; and an import brings what was retired, too: history happened as it happened.
 *
 * @param before the state of the record; null for a new one
 * @param after the record, or what is to be set of it, with all values of `custom`
 * @throws RuleViolation `vocabulary.unknown` with `allowed`, or `request.invalid` where the choices are a field's own
 */
export function mustBeListed(
  { fields }: Pick<Resource, "fields">,
  before: object | null,
  after: object,
  { actorType, origin }: Pick<RequestContext, "actorType" | "origin">,
): void {
  if (actorType === "system") return; // what follows from a decision that was made elsewhere
  const wrong = listedEntries(fields).filter(([name, field]) => {
    const known = valuesOf(before, name);
    const fresh = valuesOf(after, name).filter((value) => !known.includes(value));
    return fresh.some((value) => !canBeChosen(field, value, origin === "import"));
  });
  const [first] = wrong;
  if (!first) return;
  const errors = wrong.map(([name, field]) => faultOf(name, field, origin === "import"));
  const text = `${first[0]}: ${errors[0]!.message}`;
  throw first[1].vocabulary === undefined
    ? new RuleViolation("request.invalid", text, { errors })
    : new RuleViolation("vocabulary.unknown", text, {
        errors,
        allowed: valuesToChoose(first[1], false).slice(0, MOST_NAMED),
      });
}

/** @returns true where something is to be set that is in no list: another replica may know of it already */
export function hasUnlisted({ fields }: Pick<Resource, "fields">, data: object): boolean {
  return listedEntries(fields).some(([name, field]) =>
    valuesOf(data, name).some((value) => !canBeChosen(field, value, false)),
  );
}

function valuesOf(state: object | null, name: string): unknown[] {
  const value = state === null ? null : valueIn(state as Record<string, unknown>, name);
  return [value].flat().filter((one) => one !== null && one !== undefined);
}

const canBeChosen = ({ options }: ListedField, value: unknown, isImport: boolean) =>
  options.some((one) => one.value === value && (isImport || !one.retired));

const valuesToChoose = ({ options }: ListedField, isImport: boolean) =>
  options.filter(({ retired }) => isImport || !retired).map(({ value }) => value);

/** More values than these are not written into an answer. */
const MOST_NAMED = 100;

function faultOf(name: string, field: ListedField, isImport: boolean): FieldError {
  const values = valuesToChoose(field, isImport);
  const more = values.length > MOST_NAMED ? `, and ${values.length - MOST_NAMED} more` : "";
  return {
    field: name,
    code: field.vocabulary === undefined ? "field.vocabulary" : "vocabulary.unknown",
    message: `One of: ${values.slice(0, MOST_NAMED).join(", ")}${more}.`,
  };
}
