import { EXPORT_FORMATS } from "@kehu/contracts";
import { ArrayMaxSize, IsArray, IsIn, IsObject, IsString, MaxLength } from "class-validator";
import { Nullable, Optional } from "../dto.ts";
import { LONGEST_Q } from "../keywords.ts";

/** Body of `POST .../exports`. */
export class ExportRequest {
  /** As in `POST .../search` */
  @Nullable() @IsObject() where?: object;
  @Optional() @IsString() @MaxLength(LONGEST_Q) q?: string;
  @Optional() @IsArray() @ArrayMaxSize(5) @IsString({ each: true }) sort?: string[];
  /** The columns, in this order; all fields that the caller may see where it is left out. `custom` is all fields of the company. */
  @Optional() @IsArray() @ArrayMaxSize(200) @IsString({ each: true }) fields?: string[];
  @IsIn(EXPORT_FORMATS) format: (typeof EXPORT_FORMATS)[number];
}
