import type { Scope } from "@kehu/auth";
import { IsTitle, PatchOf, RecordDto } from "@kehu/records";
import { IsObject } from "class-validator";

export class CreateRole extends RecordDto {
  @IsTitle() name: string;
  /** Permission -> how far it reaches. */
  @IsObject() grants: Record<string, Scope>;
}

export class UpdateRole extends PatchOf(CreateRole) {}
