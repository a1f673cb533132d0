import { PartialType } from "@nestjs/mapped-types";
import { Transform, Type } from "class-transformer";
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsDate,
  IsIn,
  IsObject,
  IsString,
  Matches,
  MaxLength,
  registerDecorator,
  ValidateIf,
  ValidateNested,
} from "class-validator";
import { RuleViolation } from "@kehu/contracts";
import { isCurrency, toMinor } from "./money.ts";

/** The field may be left out, but not be null (`@IsOptional` of class-validator would let null through). */
export const Optional = () => ValidateIf((_, value) => value !== undefined);
/** The field may be left out, and null empties it. */
export const Nullable = () => ValidateIf((_, value) => value !== undefined && value !== null);

/** Postgres knows zones up to 15:59 from UTC. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-](0\d|1[0-5]):\d{2})$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An instant, ISO 8601 with a zone; the property becomes a Date. Years 1 to 9999. */
export function IsInstant(): PropertyDecorator {
  const toDate = Transform(({ value }: { value: unknown }) =>
    typeof value === "string" && isInstant(value) ? new Date(value) : value,
  );
  const isDate = IsDate({ message: "isInstant" });
  return (target, property) => {
    toDate(target, property);
    isDate(target, property);
  };
}

/** A day that is in the calendar, `YYYY-MM-DD`. */
export const IsDay = () => rule("isDay", (value) => typeof value === "string" && isDay(value));
/** A UUID in any version. */
export const IsId = () => rule("isId", (value) => typeof value === "string" && UUID.test(value));
/** A record: its id, or `{ "externalId": { "system", "id" } }`. */
export const IsReference = () => rule("isReference", isReference);
/** `{ "amount": "12.30", "currency": "EUR" }`; the amount has no more digits than the currency. */
export const IsMoney = () => rule("isMoney", isMoney);

/** True for a day that is in the calendar, `YYYY-MM-DD`, of the years 1 to 9999. */
export function isDay(value: string): boolean {
  const date = new Date(`${value}T00:00:00Z`);
  return (
    /^(?!0000)\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value)
  );
}

/** True for an instant with a zone, ISO 8601, whose day is in the calendar: `Date` takes the 30th of February for March. */
export function isInstant(value: string): boolean {
  const day = INSTANT.exec(value)?.[1];
  const year = new Date(value).getUTCFullYear();
  return day !== undefined && isDay(day) && year >= 1 && year <= 9999;
}

/** True for an id, or `{ externalId: { system, id } }`. */
export function isReference(value: unknown): boolean {
  if (typeof value === "string") return UUID.test(value);
  const external = (value as { externalId?: { system?: unknown; id?: unknown } } | null)?.externalId;
  return (
    typeof external?.system === "string" && typeof external.id === "string" && Object.keys(value as object).length === 1
  );
}

/** True for an amount with no more digits than its currency has. */
export function isMoney(value: unknown): boolean {
  const { amount, currency, ...rest } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof amount === "string" &&
    isCurrency(currency) &&
    Object.keys(rest).length === 0 &&
    toMinor(amount, currency) !== null
  );
}

function rule(name: string, validate: (value: unknown) => boolean): PropertyDecorator {
  return (target, property) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: property as string,
      validator: { validate: (value) => validate(value), defaultMessage: () => name },
    });
}

/** A name or a title: text that is not blank, at most 255 characters. */
export function IsTitle(): PropertyDecorator {
  const length = MaxLength(255);
  const text = rule("isTitle", (value) => typeof value === "string" && value.trim() !== "");
  return (target, property) => {
    text(target, property);
    length(target, property);
  };
}

/** class-transformer leaves out of objects what is called like a method of every object, such as `toString`. */
const AsItCame = () => Transform(({ obj, key }) => (obj as Record<string, unknown>)[key]);

const MOST_TAGS = 50;

/** At most 50 different short texts, without the commas that separate them in a query. */
function IsTags(): PropertyDecorator {
  const rules = [
    ArrayMaxSize(MOST_TAGS),
    ArrayUnique(),
    Matches(/^[^\s,]([^,]{0,98}[^\s,])?$/, { each: true }),
    IsString({ each: true }),
    IsArray(),
  ];
  return (target, property) => rules.forEach((one) => one(target, property));
}

class ExternalIdDto {
  @IsString() @MaxLength(100) system: string;
  @IsString() @MaxLength(200) id: string;
}

/** What every resource takes besides its own fields. */
export class RecordDto {
  /** Names of this record in other systems. */
  @Optional()
  @IsArray()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => ExternalIdDto)
  externalIds?: ExternalIdDto[];
}

/** The same of a record that people own. */
export class OwnedDto extends RecordDto {
  /** Values of the fields that the company has added, by their names; null empties one. */
  @Optional() @IsObject() @AsItCame() custom?: Record<string, unknown>;
  /** Short words by which records are grouped; all of them, where they are sent. */
  @Optional() @IsTags() tags?: string[];
}

type Class<T> = abstract new (...parameters: never[]) => T;

/** The class of a merge patch: every property may be left out; null empties a property that may be empty. */
export function PatchOf<T extends object>(type: Class<T>) {
  return PartialType(type as new () => T, { skipNullProperties: false });
}

/** The class of an imported record: what people may send, and what only an import may say. Nothing is required. */
export function Imported<T extends object>(type: Class<T>) {
  class ImportedRecord extends (PatchOf(type) as new () => Partial<RecordDto>) {
    @Nullable() @IsReference() ownerId?: string | null;
    @Optional() @IsInstant() createdAt?: Date;
  }
  return ImportedRecord as unknown as new () => Partial<T> & { ownerId?: string | null; createdAt?: Date };
}

/** Hands a record to a user, or into the pool of a team. */
export class OwnerDto {
  /** The user; or `teamId`. */
  @Optional() @IsReference() ownerId?: string;
  /** The team in whose pool it lies, without an owner. */
  @Optional() @IsReference() teamId?: string;
}

/** Shares a record with a user or team. */
export class CollaboratorDto {
  @IsIn(["read", "write"]) access: "read" | "write";
}

/** 422 for a field that a new record must have. */
export function required(field: string): RuleViolation {
  return new RuleViolation("request.invalid", `${field}: A value is required.`, {
    errors: [{ field, code: "field.required", message: "A value is required." }],
  });
}
