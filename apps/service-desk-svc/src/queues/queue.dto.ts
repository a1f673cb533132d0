import { Imported, IsTitle, Nullable, PatchOf, RecordDto } from "@kehu/records";
import { IsString, MaxLength } from "class-validator";

export class CreateQueue extends RecordDto {
  @IsTitle() name: string;
  @Nullable() @IsString() @MaxLength(2000) description?: string | null;
}

export class UpdateQueue extends PatchOf(CreateQueue) {}

export class ImportQueue extends Imported(CreateQueue) {}
