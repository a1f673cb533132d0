import type { Scope } from "@kehu/auth";
import { IsTitle, Optional, PatchOf, RecordDto } from "@kehu/records";
import { OmitType } from "@nestjs/mapped-types";
import { IsObject } from "class-validator";

export class CreateRole extends RecordDto {
  @IsTitle() name: string;
  /** Permission -> how far it reaches. */
  @IsObject() grants: Record<string, Scope>;
}

/** A merge patch goes into objects (RFC 7396): a permission that is not named stays as it is, null takes it away. */
export class UpdateRole extends PatchOf(OmitType(CreateRole, ["grants"])) {
  @Optional() @IsObject() grants?: Record<string, Scope | null>;
}
