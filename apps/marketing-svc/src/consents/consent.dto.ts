import { CONSENT_CHANNELS, CONSENT_STATES, type ConsentState } from "@kehu/contracts";
import { Imported, IsId, IsInstant, IsTitle, Nullable, Optional, RecordDto } from "@kehu/records";
import { IsIn, IsString, MaxLength } from "class-validator";

export class CreateConsent extends RecordDto {
  /** Whose consent it is; leads and contacts carry it. */
  @IsId() personId: string;
  @IsIn(CONSENT_CHANNELS) channel: ConsentState["channel"];
  /** What the person is written to about; `marketing` where it is left out. */
  @Optional() @IsTitle() purpose?: string;
  @IsIn(CONSENT_STATES) state: ConsentState["state"];
  /** The legal basis. */
  @Nullable() @IsString() @MaxLength(255) basis?: string | null;
  /** Where it was given; `manual` where it is left out. */
  @Optional() @IsTitle() source?: string;
  /** What shows that it was given: a form, a message, an address. */
  @Nullable() @IsString() @MaxLength(2000) proof?: string | null;
  /** When the person decided; now where it is left out. */
  @Optional() @IsInstant() decidedAt?: Date;
}

export class ImportConsent extends Imported(CreateConsent) {}
