import { Imported, IsReference, IsTitle, Nullable, PatchOf, RecordDto } from "@kehu/records";

export class CreateTeam extends RecordDto {
  @IsTitle() name: string;
  /** The team that this one belongs to. */
  @Nullable() @IsReference() parentId?: string | null;
}

export class UpdateTeam extends PatchOf(CreateTeam) {}

export class ImportTeam extends Imported(CreateTeam) {}
