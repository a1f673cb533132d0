import type { Money } from "@kehu/contracts";
import {
  Imported,
  IsDay,
  IsId,
  IsInstant,
  IsMoney,
  IsReference,
  IsTitle,
  Nullable,
  Optional,
  PatchOf,
  OwnedDto,
} from "@kehu/records";
import { Type } from "class-transformer";
import { ArrayMaxSize, IsArray, IsInt, IsString, Max, MaxLength, Min, ValidateNested } from "class-validator";

export class OpportunityContactDto {
  @IsReference() contactId: string;
  @Nullable() @IsString() @MaxLength(100) role?: string | null;
}

/** What people may set at any time while the deal is open. */
class OpportunityFields extends OwnedDto {
  @IsTitle() name: string;
  /** The primary contact. */
  @Nullable() @IsReference() contactId?: string | null;
  @Optional()
  @IsArray()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => OpportunityContactDto)
  contacts?: OpportunityContactDto[];
  @Nullable() @IsReference() leadId?: string | null;
  @Nullable() @IsReference() campaignId?: string | null;
  /** Per cent; null has it follow the stage again. */
  @Nullable() @IsInt() @Min(0) @Max(100) probability?: number | null;
  @Nullable() @IsMoney() amount?: Money | null;
  @Nullable() @IsDay() expectedCloseOn?: string | null;
  @Nullable() @IsString() @MaxLength(100) type?: string | null;
  @Nullable() @IsString() @MaxLength(100) source?: string | null;
  @Nullable() @IsString() @MaxLength(2000) nextStep?: string | null;
}

export class CreateOpportunity extends OpportunityFields {
  @IsReference() accountId: string;
  /** The default pipeline, where it is left out. */
  @Optional() @IsReference() pipelineId?: string;
  /** Name of an open stage of the pipeline; the first, where it is left out. */
  @Optional() @IsTitle() stage?: string;
}

export class UpdateOpportunity extends PatchOf(OpportunityFields) {
  @Optional() @IsReference() accountId?: string;
}

export class ImportOpportunity extends Imported(OpportunityFields) {
  @Nullable() @IsReference() accountId?: string | null;
  @Optional() @IsReference() pipelineId?: string;
  /** Name of any stage of the pipeline. */
  @Optional() @IsTitle() stage?: string;
  @Nullable() @IsInstant() closedAt?: Date | null;
  @Nullable() @IsTitle() lostReason?: string | null;
}

export class MoveOpportunity {
  @IsTitle() stage: string;
  /** Another pipeline, to which the stage belongs. */
  @Optional() @IsId() pipelineId?: string;
}

export class WinOpportunity {
  @Optional() @IsMoney() amount?: Money;
  /** When it was won; now, where it is left out. */
  @Optional() @IsInstant() closedAt?: Date;
  @Optional() @IsReference() contactId?: string;
  /** A won stage of the pipeline; the first, where it is left out. */
  @Optional() @IsTitle() stage?: string;
}

export class LoseOpportunity {
  @IsTitle() reason: string;
  /** When it was lost; now, where it is left out. */
  @Optional() @IsInstant() closedAt?: Date;
  /** A lost stage of the pipeline; the first, where it is left out. */
  @Optional() @IsTitle() stage?: string;
}

export class ReopenOpportunity {
  @IsTitle() reason: string;
  /** An open stage of the pipeline; the one that it was closed from, where it is left out. */
  @Optional() @IsTitle() stage?: string;
}
