import type { FieldAccess, Scope } from "@kehu/auth";
import { STAGE_CATEGORIES } from "@kehu/contracts";
import { CreateCustomField, IsTitle, LONGEST_Q, Nullable, Optional } from "@kehu/records";
import { OmitType } from "@nestjs/mapped-types";
import { Transform, Type } from "class-transformer";
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from "class-validator";
import { SETTINGS } from "../settings/settings.resource.ts";
import { VOCABULARIES } from "../vocabularies/vocabularies.resource.ts";
import type { CreateVocabulary } from "../vocabularies/vocabulary.dto.ts";
import { FORMAT, VERSION } from "./item.ts";

/** The most things of one section. */
const MOST = 5_000;

/** class-transformer leaves out of objects what is called like a method of every object. */
const AsItCame = () => Transform(({ obj, key }) => (obj as Record<string, unknown>)[key]);

class ConfiguredSettings extends (SETTINGS.dto.update as new () => object) {}

class ConfiguredVocabulary extends OmitType(VOCABULARIES.dto.create as new () => CreateVocabulary, ["externalIds"]) {}

class ConfiguredField extends CreateCustomField {
  /** As its path is called: `accounts`. */
  @IsString() @Matches(/^[a-z][a-z-]{0,59}$/) resource: string;
  @Optional() @IsBoolean() retired?: boolean;
}

class ConfiguredStage {
  @IsTitle() name: string;
  @IsIn(STAGE_CATEGORIES) category: (typeof STAGE_CATEGORIES)[number];
  @IsInt() @Min(0) @Max(100) probability: number;
}

class ConfiguredPipeline {
  @IsTitle() name: string;
  /** Of one at most. */
  @Optional() @IsBoolean() isDefault?: boolean;
  @IsArray()
  @ArrayMinSize(3)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => ConfiguredStage)
  stages: ConfiguredStage[];
}

class ConfiguredQueue {
  @IsTitle() name: string;
  @Nullable() @IsString() @MaxLength(2_000) description?: string | null;
}

class ConfiguredRole {
  @IsTitle() name: string;
  /** Permission -> how far it reaches. */
  @IsObject() @AsItCame() grants: Record<string, Scope>;
  /** Area and concept (`sales.lead`) -> field -> `hidden` or `read-only`. */
  @Optional() @IsObject() @AsItCame() fieldRules?: Record<string, Record<string, FieldAccess>>;
}

class ConfiguredView {
  /** As its path is called: `accounts`. */
  @IsString() @Matches(/^[a-z][a-z-]{0,59}$/) resource: string;
  @IsTitle() name: string;
  @IsIn(["everyone", "team"]) visibility: "everyone" | "team";
  /** Of a view for a team: the names of the teams from the root of the tree down to it. */
  @Nullable() @IsArray() @ArrayMinSize(1) @ArrayMaxSize(10) @IsString({ each: true }) team?: string[] | null;
  @Nullable() @IsObject() @AsItCame() where?: object | null;
  @Nullable() @IsString() @MaxLength(LONGEST_Q) q?: string | null;
  @Nullable() @IsArray() @ArrayMinSize(1) @ArrayMaxSize(100) @IsString({ each: true }) fields?: string[] | null;
  @Nullable() @IsArray() @ArrayMinSize(1) @ArrayMaxSize(5) @IsString({ each: true }) sort?: string[] | null;
}

class LeftOutDto {
  @IsString() @MaxLength(100) section: string;
  @Nullable() @IsString() @MaxLength(1_000) key?: string | null;
  @IsString() @MaxLength(1_000) reason: string;
}

/** What a company has arranged, as `GET /v1/configuration` gives it. A section that is not there is left as it is. */
export class ConfigurationFile {
  @IsIn([FORMAT]) format: string;
  @IsIn([VERSION]) version: number;
  @Optional() @ValidateNested() @Type(() => ConfiguredSettings) settings?: ConfiguredSettings;
  @Optional()
  @IsArray()
  @ArrayMaxSize(MOST)
  @ValidateNested({ each: true })
  @Type(() => ConfiguredVocabulary)
  vocabularies?: ConfiguredVocabulary[];
  @Optional()
  @IsArray()
  @ArrayMaxSize(MOST)
  @ValidateNested({ each: true })
  @Type(() => ConfiguredField)
  fields?: ConfiguredField[];
  @Optional()
  @IsArray()
  @ArrayMaxSize(MOST)
  @ValidateNested({ each: true })
  @Type(() => ConfiguredPipeline)
  pipelines?: ConfiguredPipeline[];
  @Optional()
  @IsArray()
  @ArrayMaxSize(MOST)
  @ValidateNested({ each: true })
  @Type(() => ConfiguredQueue)
  queues?: ConfiguredQueue[];
  @Optional()
  @IsArray()
  @ArrayMaxSize(MOST)
  @ValidateNested({ each: true })
  @Type(() => ConfiguredRole)
  roles?: ConfiguredRole[];
  @Optional()
  @IsArray()
  @ArrayMaxSize(MOST)
  @ValidateNested({ each: true })
  @Type(() => ConfiguredView)
  views?: ConfiguredView[];
  /** What an export could not say; it is not looked at. */
  @Optional()
  @IsArray()
  @ArrayMaxSize(MOST)
  @ValidateNested({ each: true })
  @Type(() => LeftOutDto)
  leftOut?: LeftOutDto[];
}

export class ApplyConfiguration {
  @ValidateNested() @Type(() => ConfigurationFile) configuration: ConfigurationFile;
  /** What the comparison of this file gave. */
  @IsString() @MaxLength(100_000) @Matches(/^[\w-]+$/) token: string;
  /** Applies the rest, where something cannot be brought about. */
  @Optional() @IsBoolean() skipConflicts?: boolean;
}
