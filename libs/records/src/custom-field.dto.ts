import { CUSTOM_TYPES, type CustomType } from "@kehu/contracts";
import { Type } from "class-transformer";
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from "class-validator";
import { IsTitle, Nullable, Optional } from "./dto.ts";

/** What a field is called, in the languages of the product. */
export class LabelDto {
  @IsTitle() en: string;
  @IsTitle() zh: string;
}

/** One value of a choice. */
export class ChoiceDto {
  /** As records and filters have it. */
  @IsString() @Matches(/^[^\s,][^,]{0,99}$/) value: string;
  @ValidateNested() @Type(() => LabelDto) label: LabelDto;
  /** `#rrggbb` */
  @Nullable() @Matches(/^#[0-9a-f]{6}$/) color?: string | null;
  /** It is not chosen any more, and stays where it was chosen. */
  @Optional() @IsBoolean() retired?: boolean;
}

/** The most values of one choice. */
export const MOST_CHOICES = 500;

/** A field that is added to a resource. */
export class CreateCustomField {
  /** Its property below `custom`, such as `region`; of a reference or user it ends with `Id`. */
  @IsString() @Matches(/^[a-z][A-Za-z0-9]{0,59}$/) name: string;
  @IsIn(CUSTOM_TYPES) type: CustomType;
  @ValidateNested() @Type(() => LabelDto) label: LabelDto;
  /** People have to give it with a new record, and cannot empty it; an import may leave it out. */
  @Optional() @IsBoolean() required?: boolean;
  @Optional() @IsBoolean() filterable?: boolean;
  @Optional() @IsBoolean() sortable?: boolean;
  /** Of a choice or multiple choice, in their order. */
  @Optional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_CHOICES)
  @ValidateNested({ each: true })
  @Type(() => ChoiceDto)
  choices?: ChoiceDto[];
  /** Of a choice or multiple choice, in place of choices of its own: the name of a vocabulary, such as `industry`. */
  @Optional() @IsString() @MaxLength(100) vocabulary?: string;
  /** Of a reference: the type of the records, such as `account`. */
  @Optional() @IsString() @MaxLength(100) target?: string;
}

/** What of a field changes. Its name and type never do, since its values hang on them. */
export class UpdateCustomField {
  @Optional() @ValidateNested() @Type(() => LabelDto) label?: LabelDto;
  @Optional() @IsBoolean() required?: boolean;
  @Optional() @IsBoolean() filterable?: boolean;
  @Optional() @IsBoolean() sortable?: boolean;
  /** All values, in their order; those that are not to be chosen any more as `retired`. */
  @Optional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_CHOICES)
  @ValidateNested({ each: true })
  @Type(() => ChoiceDto)
  choices?: ChoiceDto[];
  /** Refused where it differs. */
  @Optional() @IsIn(CUSTOM_TYPES) type?: CustomType;
}
