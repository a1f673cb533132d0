import { isCurrency, Optional } from "@kehu/records";
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
  Max,
  Min,
  registerDecorator,
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

export class UpdateSettings {
  @Optional() @IsString() @IsCurrencyCode() currency?: string;
  @Optional() @IsString() @IsTimeZone() timeZone?: string;
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
}
