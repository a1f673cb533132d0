import { RETENTION_CONDITIONS, type RetentionRule } from "@kehu/contracts";
import { isCurrency, Nullable, Optional } from "@kehu/records";
import { Type } from "class-transformer";
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsISO31661Alpha2,
  IsString,
  IsTimeZone,
  Matches,
  Max,
  Min,
  registerDecorator,
  ValidateNested,
} from "class-validator";

/** An ISO 4217 currency that Kehu can count in. */
function IsCurrencyCode(): PropertyDecorator {
  return (target, property) =>
    registerDecorator({
      name: "isIn",
      target: target.constructor,
      propertyName: property as string,
      validator: { validate: isCurrency, defaultMessage: () => "A currency of ISO 4217 is expected." },
    });
}

export class RetentionRuleDto implements RetentionRule {
  @IsIn(Object.keys(RETENTION_CONDITIONS)) concept: string;
  /** `unqualified` (of leads), or `untouched`: without a change or an activity. */
  @IsIn([...new Set(Object.values(RETENTION_CONDITIONS).flat())]) condition: string;
  /** How long it must have been so. */
  @IsInt() @Min(1) @Max(1200) months: number;
}

export class UpdateSettings {
  @Optional() @IsString() @IsCurrencyCode() currency?: string;
  /** IANA name. */
  @Optional() @IsString() @IsTimeZone() @Matches(/^[A-Za-z]/) timeZone?: string;
  @Optional() @IsString() @IsISO31661Alpha2() country?: string;
  @Optional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(2)
  @ArrayUnique()
  @IsIn(["en", "zh-CN"], { each: true })
  languages?: string[];
  /** Month in which the fiscal year starts, 1 to 12. */
  @Optional() @IsInt() @Min(1) @Max(12) fiscalYearStart?: number;
  /** All rules by which the services erase persons; an empty list erases nobody. */
  @Optional()
  @IsArray()
  @ArrayMaxSize(10)
  @ValidateNested({ each: true })
  @Type(() => RetentionRuleDto)
  retention?: RetentionRuleDto[];
  /** After how many days the services purge what was deleted; null: never. */
  @Nullable() @IsInt() @Min(7) @Max(3650) purgeDeletedAfterDays?: number | null;
}
