import { ACCOUNT_TYPES, type AccountState } from "@kehu/contracts";
import { Imported, IsReference, IsTitle, Nullable, PatchOf, OwnedDto } from "@kehu/records";
import { IsIn, IsString, MaxLength } from "class-validator";

export class CreateAccount extends OwnedDto {
  @IsTitle() name: string;
  @Nullable() @IsIn(ACCOUNT_TYPES) type?: AccountState["type"];
  @Nullable() @IsString() @MaxLength(100) industry?: string | null;
  @Nullable() @IsString() @MaxLength(500) website?: string | null;
  /** The account that this one belongs to. */
  @Nullable() @IsReference() parentId?: string | null;
}

export class UpdateAccount extends PatchOf(CreateAccount) {}

export class ImportAccount extends Imported(CreateAccount) {}
