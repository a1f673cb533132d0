import { CONSENT_CHANNELS, SUPPRESSION_REASONS, type SuppressionState } from "@kehu/contracts";
import { Imported, IsId, IsInstant, IsTitle, Optional, RecordDto } from "@kehu/records";
import { IsIn } from "class-validator";

export class CreateSuppression extends RecordDto {
  /** Who is not reached any more; leads and contacts carry it. */
  @IsId() personId: string;
  @IsIn(CONSENT_CHANNELS) channel: SuppressionState["channel"];
  @IsIn(SUPPRESSION_REASONS) reason: SuppressionState["reason"];
  /** Where it comes from; `manual` where it is left out. */
  @Optional() @IsTitle() source?: string;
  /** Since when; now where it is left out. */
  @Optional() @IsInstant() suppressedAt?: Date;
}

export class ImportSuppression extends Imported(CreateSuppression) {}
