import type { FieldAccess, Scope } from "@kehu/auth";
import { IsTitle, Optional, PatchOf, RecordDto } from "@kehu/records";
import { OmitType } from "@nestjs/mapped-types";
import { IsObject } from "class-validator";

export class CreateRole extends RecordDto {
  @IsTitle() name: string;
  /** Permission -> how far it reaches. */
  @IsObject() grants: Record<string, Scope>;
  /** Area and concept (`sales.lead`) -> field -> `hidden` or `read-only`. Of several roles the stricter counts. */
  @Optional() @IsObject() fieldRules?: Record<string, Record<string, FieldAccess>>;
}

/** A merge patch goes into objects (RFC 7396): what is not named stays as it is, null takes it away. */
export class UpdateRole extends PatchOf(OmitType(CreateRole, ["grants", "fieldRules"])) {
  @Optional() @IsObject() grants?: Record<string, Scope | null>;
  @Optional() @IsObject() fieldRules?: Record<string, Record<string, FieldAccess | null> | null>;
}
