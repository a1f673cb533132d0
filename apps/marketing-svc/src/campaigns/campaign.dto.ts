import { CAMPAIGN_STATUSES, type CampaignState, type Money } from "@kehu/contracts";
import { Imported, IsDay, IsMoney, IsReference, IsTitle, Nullable, PatchOf, OwnedDto } from "@kehu/records";
import { IsIn, IsString, MaxLength } from "class-validator";

export class CreateCampaign extends OwnedDto {
  @IsTitle() name: string;
  /** Email, conference, webinar, ... */
  @Nullable() @IsString() @MaxLength(100) type?: string | null;
  @Nullable() @IsString() @MaxLength(2000) goal?: string | null;
  @Nullable() @IsDay() startsOn?: string | null;
  @Nullable() @IsDay() endsOn?: string | null;
  @Nullable() @IsMoney() budget?: Money | null;
  @Nullable() @IsMoney() cost?: Money | null;
  @Nullable() @IsMoney() expectedRevenue?: Money | null;
  /** The campaign that this one belongs to. */
  @Nullable() @IsReference() parentId?: string | null;
}

export class UpdateCampaign extends PatchOf(CreateCampaign) {}

export class ImportCampaign extends Imported(CreateCampaign) {
  /** null where it is not known. */
  @Nullable() @IsIn(CAMPAIGN_STATUSES) status?: CampaignState["status"];
}
