import { Malformed, RuleViolation, type FieldError } from "@kehu/contracts";
import type { RequestContext } from "@kehu/auth";
import { customEntries } from "./custom-fields.ts";
import { timeOf } from "./filter-values.ts";
import { isClosed, mustSet } from "./field-rules.ts";
import { isDay, isInstant, isMoney, isReference } from "./dto.ts";
import type { CustomKey, CustomValues, Field } from "./field.ts";
import { formatMinor, currencyDigits, toMinor } from "./money.ts";
import type { Resource } from "./resource.ts";

const LONGEST = { text: 255, longText: 10_000, link: 500 } as const;
const MOST_CHOSEN = 50;

/** A value that does not fit: what it is wrong with, and what is expected instead. */
class Unfit {
  constructor(
    readonly code: "field.type" | "field.range" | "field.format" | "field.money",
    readonly message: string,
  ) {}
}

/**
 * Checks that the caller may set what he sent, and that the values of custom fields fit.
 *
 * @returns the data with these values as they are stored
 * @throws what `mustSet` and `withCheckedCustom` throw
 */
export function settable<D extends object>(resource: Resource, data: D, who: RequestContext): D {
  mustSet(resource, data, who);
  return withCheckedCustom(resource, data, who);
}

/**
 * Checks what a caller sent of custom fields, and brings it into the form in which it is stored: null for what is emptied.
 *
 * @param data with `custom` as it came; the same object with checked values is returned
 * @throws Malformed (400) for a wrong type or an unknown field, RuleViolation (422) for an unfit value
 */
function withCheckedCustom<D extends object>(
  resource: Pick<Resource, "fields">,
  data: D,
  who: Pick<RequestContext, "origin">,
): D {
  const { custom } = data as { custom?: Record<string, unknown> };
  if (custom === undefined) return data;
  const known = new Map(customEntries(resource.fields).map(([, field]) => [field.custom.name, field]));
  const errors: FieldError[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(custom)) {
    const field = known.get(name);
    const checked = field ? checkedValue(field, value) : new Unfit("field.type", "");
    if (!field) errors.push(fault(name, "field.unknown", "There is no such property."));
    else if (checked instanceof Unfit) errors.push(fault(name, checked.code, checked.message));
    else if (checked === null && field.required && who.origin !== "import") errors.push(missing(name));
    else values[name] = checked;
  }
  if (errors.length) throw refusal(errors);
  return { ...data, custom: values };
}

/**
 * Checks that a new record has what the company's fields require; an import may leave it out, and so must who may not set it.
 *
 * @param data with checked values
 * @throws RuleViolation (422) naming each field
 */
export function mustHaveCustom(
  resource: Pick<Resource, "concept" | "fields">,
  data: object,
  who: RequestContext,
): void {
  if (who.origin === "import") return;
  const { custom = {} } = data as { custom?: CustomValues };
  const lacking = customEntries(resource.fields).filter(
    ([name, field]) => field.required && !(field.custom.name in custom) && !isClosed(resource, name, field, who),
  );
  if (lacking.length) throw refusal(lacking.map(([, field]) => missing(field.custom.name)));
}

const fault = (name: string, code: string, message: string): FieldError => ({ field: `custom.${name}`, code, message });

const missing = (name: string) => fault(name, "field.required", "A value is required.");

function refusal(errors: FieldError[]) {
  const text = `${errors[0]!.field}: ${errors[0]!.message}`;
  const isMalformed = errors.some(({ code }) => code === "field.unknown" || code === "field.type");
  return isMalformed
    ? new Malformed("request.malformed", text, { errors })
    : new RuleViolation("request.invalid", text, { errors });
}

/** @returns the value as it is stored; null for none */
function checkedValue(field: Field & { custom: CustomKey }, value: unknown) {
  if (value === null) return null;
  const { type } = field.custom;
  switch (type) {
    case "text":
    case "longText":
      return checkedText(value, LONGEST[type]);
    case "link":
      return checkedLink(value);
    case "number":
      return checkedNumber(value);
    case "money":
      return checkedMoney(value);
    case "boolean":
      return typeof value === "boolean" ? value : new Unfit("field.type", "true or false is expected.");
    case "date":
    case "time":
    case "instant":
      return checkedMoment(type, value);
    case "choice":
    case "choices":
      return checkedChoice(field, value);
    case "reference":
    case "user":
      if (!isReference(value))
        return new Unfit("field.type", 'An id (UUID) or { "externalId": { "system", "id" } } is expected.');
      return typeof value === "string" ? value.toLowerCase() : value;
  }
}

function checkedText(value: unknown, longest: number) {
  if (typeof value !== "string") return new Unfit("field.type", "A text is expected.");
  if (value.trim() === "")
    return new Unfit("field.range", "A text that is not blank is expected; null empties the field.");
  return value.length > longest ? new Unfit("field.range", `At most ${longest} characters are kept.`) : value;
}

function checkedLink(value: unknown) {
  const text = checkedText(value, LONGEST.link);
  if (text instanceof Unfit) return text;
  const isLink = /^https?:\/\/[^\s]+$/i.test(text) && URL.canParse(text);
  return isLink ? text : new Unfit("field.format", "A link such as https://kehu.example/path is expected.");
}

/** As many digits as a JSON number carries unchanged (IEEE 754), and how many of them stand behind the point at most. */
const DIGITS = 15;
const DECIMALS = 6;

function checkedNumber(value: unknown) {
  if (typeof value !== "number") return new Unfit("field.type", "A number is expected.");
  const isExact = Number(value.toPrecision(DIGITS)) === value && Number(value.toFixed(DECIMALS)) === value;
  return isExact && Math.abs(value) < 1e15
    ? value + 0
    : new Unfit(
        "field.range",
        `A number of at most ${DIGITS} digits is expected, ${DECIMALS} of them behind the point.`,
      );
}

function checkedMoney(value: unknown) {
  if (typeof value !== "object") return new Unfit("field.type", "Money is expected, an object.");
  if (!isMoney(value))
    return new Unfit("field.money", 'Money such as { "amount": "12.30", "currency": "EUR" } is expected.');
  const { amount, currency } = value as { amount: string; currency: string };
  return { amount: formatMinor(toMinor(amount, currency)!, currencyDigits(currency)), currency };
}

const MOMENTS = {
  date: ["A day such as 2026-01-31 is expected.", (text: string) => (isDay(text) ? text : null)],
  time: ["A time of day such as 09:30 is expected.", timeOf],
  instant: [
    "An instant such as 2026-01-31T09:00:00Z is expected.",
    (text: string) => (isInstant(text) ? new Date(text).toISOString() : null),
  ],
} as const;

function checkedMoment(type: keyof typeof MOMENTS, value: unknown) {
  const [expected, read] = MOMENTS[type];
  if (typeof value !== "string") return new Unfit("field.type", expected);
  return read(value) ?? new Unfit("field.format", expected);
}

/** Which of the values may be chosen depends on what the record has, and is checked when that is known (`mustBeListed`). */
function checkedChoice({ custom: { type }, choices = [] }: Field & { custom: CustomKey }, value: unknown) {
  const list = type === "choices" ? value : [value];
  if (!Array.isArray(list)) return new Unfit("field.type", "A list of values is expected.");
  if (!list.every((one) => typeof one === "string")) return new Unfit("field.type", `One of: ${choices.join(", ")}.`);
  if (type === "choice") return list[0]!;
  const distinct = [...new Set(list)];
  if (distinct.length > MOST_CHOSEN) return new Unfit("field.range", `At most ${MOST_CHOSEN} values are kept.`);
  return distinct.length ? distinct : null;
}

/** @returns a patch with all values of the record's custom fields, where it has some of them */
export function withAllOf<D extends object>(record: object, patch: D): D {
  const { custom } = patch as { custom?: CustomValues };
  if (!custom) return patch;
  const all = { ...(record as { custom: CustomValues }).custom, ...custom };
  return { ...patch, custom: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) };
}
