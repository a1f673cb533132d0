import { TASK_STATUSES } from "@kehu/contracts";
import { Imported, IsInstant, IsTitle, Nullable, Optional, PatchOf, OwnedDto } from "@kehu/records";
import { OmitType } from "@nestjs/mapped-types";
import { Type } from "class-transformer";
import { ArrayMaxSize, IsArray, IsIn, ValidateNested } from "class-validator";
import { LinkInput } from "../links/link.ts";
import { TO_DO, type TaskStatus } from "./task-status.ts";

export class CreateTask extends OwnedDto {
  @IsTitle() subject: string;
  /** `open` where it is not given; a task is completed and reopened by verbs. */
  @Optional() @IsIn(TO_DO) status?: (typeof TO_DO)[number];
  @Nullable() @IsInstant() dueAt?: Date | null;
  /** The records that it is about. */
  @Optional()
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => LinkInput)
  links?: LinkInput[];
}

export class UpdateTask extends PatchOf(CreateTask) {}

export class ImportTask extends Imported(OmitType(CreateTask, ["status"])) {
  /** Null where the other system's status says nothing here. */
  @Nullable() @IsIn(TASK_STATUSES) status?: TaskStatus | null;
  @Nullable() @IsInstant() completedAt?: Date | null;
}
