import { Malformed, RuleViolation, type FieldError } from "@kehu/contracts";
import { plainToInstance } from "class-transformer";
import { validateSync, type ValidationError } from "class-validator";
import type { DtoClass } from "./resource.ts";

/**
 * Checks what a caller sent against its class.
 *
 * @returns an instance of the class
 * @throws Malformed (400) for a wrong type or an unknown property, RuleViolation (422) for a missing or unfit value
 */
export function validated<D extends object>(type: DtoClass<D>, plain: unknown): D {
  if (typeof plain !== "object" || plain === null || Array.isArray(plain))
    throw new Malformed("request.malformed", "The body must be a JSON object.");
  const instance = plainToInstance(type, plain, { enableImplicitConversion: false, exposeUnsetFields: false });
  const failures = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
  if (failures.length === 0) return instance;
  const errors = failures.flatMap((failure) => fieldErrors(failure, ""));
  const malformed = errors.find(({ code }) => code === "field.unknown" || code === "field.type");
  const text = `${errors[0]!.field}: ${errors[0]!.message}`;
  if (malformed) throw new Malformed("request.malformed", text, { errors });
  throw new RuleViolation("request.invalid", text, { errors });
}

function fieldErrors(failure: ValidationError, path: string): FieldError[] {
  const field = path + failure.property;
  const own = Object.entries(failure.constraints ?? {}).map(([constraint, message]) =>
    fieldError(field, constraint, message, failure.value),
  );
  // A wrong type is what is wrong, whatever else does not fit then.
  const first = own.find(({ code }) => code === "field.type") ?? own[0];
  return [...(first ? [first] : []), ...(failure.children ?? []).flatMap((child) => fieldErrors(child, `${field}.`))];
}

const TYPES = new Set([
  "isString",
  "isInt",
  "isNumber",
  "isBoolean",
  "isObject",
  "isArray",
  "nestedValidation",
  "unknownValue",
  "isId",
  "isReference",
]);

function fieldError(field: string, constraint: string, message: string, value: unknown): FieldError {
  if (constraint === "whitelistValidation")
    return { field, code: "field.unknown", message: "There is no such property." };
  if (value === undefined || value === null || constraint === "isDefined" || constraint === "isNotEmpty")
    return { field, code: "field.required", message: "A value is required." };
  if (constraint === "isInstant" || constraint === "isDate")
    return {
      field,
      code: typeof value === "string" ? "field.format" : "field.type",
      message: "An instant such as 2026-01-31T09:00:00Z is expected.",
    };
  if (constraint === "isTitle")
    return typeof value === "string"
      ? { field, code: "field.required", message: "A text that is not blank is expected." }
      : { field, code: "field.type", message: "A text is expected." };
  if (constraint === "isDay")
    return {
      field,
      code: typeof value === "string" ? "field.format" : "field.type",
      message: "A day such as 2026-01-31 is expected.",
    };
  if (constraint === "isMoney")
    return {
      field,
      code: typeof value === "object" ? "field.money" : "field.type",
      message: 'Money such as { "amount": "12.30", "currency": "EUR" } is expected.',
    };
  if (constraint === "isId") return { field, code: "field.type", message: "An id (UUID) is expected." };
  if (constraint === "isReference")
    return { field, code: "field.type", message: 'An id (UUID) or { "externalId": { "system", "id" } } is expected.' };
  if (TYPES.has(constraint)) return { field, code: "field.type", message };
  if (constraint === "isIn") return { field, code: "field.vocabulary", message };
  return { field, code: "field.range", message };
}
