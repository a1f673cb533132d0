import { LEAD_STATUSES, type Money } from "@kehu/contracts";
import {
  Imported,
  IsDay,
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
import { IsIn, IsInt, IsString, Max, MaxLength, Min, ValidateNested } from "class-validator";
import type { LeadStatus } from "./lead-status.ts";

export class CreateLead extends OwnedDto {
  @Nullable() @IsTitle() firstName?: string | null;
  @IsTitle() lastName: string;
  @Nullable() @IsTitle() company?: string | null;
  @Nullable() @IsString() @MaxLength(254) email?: string | null;
  /** Without a country code it is read as a number of the company's country. */
  @Nullable() @IsString() @MaxLength(50) phone?: string | null;
  @Nullable() @IsString() @MaxLength(500) website?: string | null;
  @Nullable() @IsString() @MaxLength(100) industry?: string | null;
  @Nullable() @IsString() @MaxLength(100) source?: string | null;
  @Nullable() @IsReference() campaignId?: string | null;
}

export class UpdateLead extends PatchOf(CreateLead) {}

export class ImportLead extends Imported(CreateLead) {
  @Optional() @IsIn(LEAD_STATUSES) status?: LeadStatus;
  @Nullable() @IsTitle() unqualifiedReason?: string | null;
  @Nullable() @IsInstant() convertedAt?: Date | null;
  @Nullable() @IsReference() convertedAccountId?: string | null;
  @Nullable() @IsReference() convertedContactId?: string | null;
  @Nullable() @IsReference() convertedOpportunityId?: string | null;
}

export class UnqualifyLead {
  @IsTitle() reason: string;
}

/** An account that is there (`id`), or a new one. */
export class ConvertToAccount {
  @Optional() @IsReference() id?: string;
  @Optional() @IsTitle() name?: string;
  @Nullable() @IsString() @MaxLength(100) industry?: string | null;
  @Nullable() @IsString() @MaxLength(500) website?: string | null;
}

/** A contact that is there. */
export class ConvertToContact {
  @IsReference() id: string;
}

/** An opportunity that is there (`id`), or a new one. */
export class ConvertToOpportunity {
  @Optional() @IsReference() id?: string;
  @Optional() @IsTitle() name?: string;
  @Nullable() @IsMoney() amount?: Money | null;
  @Optional() @IsReference() pipelineId?: string;
  @Optional() @IsTitle() stage?: string;
  @Nullable() @IsInt() @Min(0) @Max(100) probability?: number | null;
  @Nullable() @IsDay() expectedCloseOn?: string | null;
  @Nullable() @IsString() @MaxLength(100) type?: string | null;
  @Nullable() @IsString() @MaxLength(2000) nextStep?: string | null;
}

export class ConvertLead {
  /** Left out: a new one with the lead's company, where it has one. Null: none. */
  @Nullable() @ValidateNested() @Type(() => ConvertToAccount) account?: ConvertToAccount | null;
  /** Left out: a new one with the lead's name, e-mail and phone. */
  @Optional() @ValidateNested() @Type(() => ConvertToContact) contact?: ConvertToContact;
  /** Left out: a new one in the default pipeline. Null: none. */
  @Nullable() @ValidateNested() @Type(() => ConvertToOpportunity) opportunity?: ConvertToOpportunity | null;
}
