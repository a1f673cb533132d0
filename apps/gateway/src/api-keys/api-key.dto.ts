import type { Scope } from "@kehu/auth";
import { IsInstant, IsTitle, Nullable, Optional, PatchOf } from "@kehu/records";
import { OmitType } from "@nestjs/mapped-types";
import { IsObject } from "class-validator";

export class CreateApiKey {
  @IsTitle() name: string;
  /** Permission -> how far it reaches, none further than your own. */
  @IsObject() grants: Record<string, Scope>;
  /** In the future, at most five years away; null or left out: good until it is revoked. */
  @Nullable() @IsInstant() expiresAt?: Date | null;
}

/** A merge patch goes into objects (RFC 7396): a permission that is not named stays as it is, null takes it away. */
export class UpdateApiKey extends PatchOf(OmitType(CreateApiKey, ["grants"])) {
  @Optional() @IsObject() grants?: Record<string, Scope | null>;
}
