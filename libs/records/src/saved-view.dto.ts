import { VIEW_VISIBILITIES, type ViewVisibility } from "@kehu/contracts";
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsObject, IsString, MaxLength } from "class-validator";
import { IsTitle, Nullable, Optional, PatchOf } from "./dto.ts";
import { LONGEST_Q } from "./keywords.ts";

/** A list that is saved under a name. */
export class CreateSavedView {
  @IsTitle() name: string;
  /** `private` where it is left out; the others need the permission to share views. */
  @Optional() @IsIn(VIEW_VISIBILITIES) visibility?: ViewVisibility;
  /** A filter tree, as `POST .../search` takes it. */
  @Nullable() @IsObject() where?: object | null;
  /** As in the list's query string. */
  @Nullable() @IsString() @MaxLength(LONGEST_Q) q?: string | null;
  /** The fields to show, in their order; null for all. */
  @Nullable() @IsArray() @ArrayMinSize(1) @ArrayMaxSize(100) @IsString({ each: true }) fields?: string[] | null;
  /** `-createdAt`, `name`; null for the order of the list. */
  @Nullable() @IsArray() @ArrayMinSize(1) @ArrayMaxSize(5) @IsString({ each: true }) sort?: string[] | null;
  /** The one of its owner's views of the resource that opens first; another one that was it is it no more. */
  @Optional() @IsBoolean() isDefault?: boolean;
}

export class UpdateSavedView extends PatchOf(CreateSavedView) {}
