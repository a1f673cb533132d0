import { ChoiceDto, LabelDto, MOST_CHOICES, Optional, RecordDto } from "@kehu/records";
import { Type } from "class-transformer";
import { ArrayMaxSize, ArrayMinSize, IsArray, IsString, Matches, ValidateNested } from "class-validator";

export class CreateVocabulary extends RecordDto {
  /** By which fields call it, such as `industry`; it never changes. */
  @IsString() @Matches(/^[a-z][A-Za-z0-9]{0,59}$/) name: string;
  @ValidateNested() @Type(() => LabelDto) label: LabelDto;
  /** In their order. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_CHOICES)
  @ValidateNested({ each: true })
  @Type(() => ChoiceDto)
  choices: ChoiceDto[];
}

export class UpdateVocabulary extends RecordDto {
  @Optional() @ValidateNested() @Type(() => LabelDto) label?: LabelDto;
  /** All values, in their order; those that are not to be chosen any more as `retired`. */
  @Optional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_CHOICES)
  @ValidateNested({ each: true })
  @Type(() => ChoiceDto)
  choices?: ChoiceDto[];
}
