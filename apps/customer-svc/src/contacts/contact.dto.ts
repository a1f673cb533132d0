import { CONTACT_POINT_KINDS, type ContactPoint } from "@kehu/contracts";
import { Imported, IsId, IsReference, IsTitle, Nullable, Optional, PatchOf, OwnedDto } from "@kehu/records";
import { Type } from "class-transformer";
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsString, MaxLength, ValidateNested } from "class-validator";

export class ContactPointDto {
  @IsIn(CONTACT_POINT_KINDS) kind: ContactPoint["kind"];
  @IsString() @MaxLength(500) value: string;
  /** The one of its kind to use first; the first one given, where none is marked. */
  @Optional() @IsBoolean() primary?: boolean;
}

export class CreateContact extends OwnedDto {
  @Nullable() @IsTitle() firstName?: string | null;
  @IsTitle() lastName: string;
  @Nullable() @IsString() @MaxLength(255) title?: string | null;
  @Nullable() @IsReference() accountId?: string | null;
  @Nullable() @IsString() @MaxLength(100) source?: string | null;
  @Optional()
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => ContactPointDto)
  contactPoints?: ContactPointDto[];
}

export class UpdateContact extends PatchOf(CreateContact) {}

export class ImportContact extends Imported(CreateContact) {
  /** The person that this contact is, where another record of his was there before. */
  @Optional() @IsId() personId?: string;
}
