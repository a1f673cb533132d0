import { MEMBER_STATUSES, type CampaignMemberState } from "@kehu/contracts";
import { Imported, IsInstant, IsReference, IsTitle, Nullable, Optional, PatchOf, OwnedDto } from "@kehu/records";
import { IsDefined, IsIn } from "class-validator";

class MemberPerson extends OwnedDto {
  @Nullable() @IsReference() leadId?: string | null;
  @Nullable() @IsReference() contactId?: string | null;
  /** Name of a person who is neither a lead nor a contact, or not known to be. */
  @Nullable() @IsTitle() name?: string | null;
}

export class CreateMember extends MemberPerson {
  @IsDefined() @IsReference() campaignId: string;
}

export class UpdateMember extends PatchOf(MemberPerson) {}

export class ImportMember extends Imported(CreateMember) {
  @Optional() @IsIn(MEMBER_STATUSES) status?: CampaignMemberState["status"];
  /** Since when it has the status. */
  @Optional() @IsInstant() statusAt?: Date;
}

export class MemberStatusDto {
  @IsIn(MEMBER_STATUSES) status: CampaignMemberState["status"];
}
