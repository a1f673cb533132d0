import { STAGE_CATEGORIES } from "@kehu/contracts";
import { Imported, IsId, IsTitle, Optional, PatchOf, RecordDto } from "@kehu/records";
import { Type } from "class-transformer";
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsInt, Max, Min, ValidateNested } from "class-validator";
import type { StageCategory } from "./pipeline-stages.ts";

export class StageDto {
  /** The stage that this is; without it, the one that has the name, or a new one. */
  @Optional() @IsId() id?: string;
  @IsTitle() name: string;
  @IsIn(STAGE_CATEGORIES) category: StageCategory;
  /** Per cent. */
  @IsInt() @Min(0) @Max(100) probability: number;
}

export class CreatePipeline extends RecordDto {
  @IsTitle() name: string;
  /** All of them, in their order; at least one open, one won and one lost. */
  @IsArray()
  @ArrayMinSize(3)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => StageDto)
  stages: StageDto[];
}

export class UpdatePipeline extends PatchOf(CreatePipeline) {}

export class ImportPipeline extends Imported(CreatePipeline) {}
