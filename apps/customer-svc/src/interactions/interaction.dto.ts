import { DIRECTIONS, INTERACTION_KINDS, LINK_TYPES, type ExternalLink, type InteractionState } from "@kehu/contracts";
import { Imported, IsInstant, IsTitle, Nullable, Optional, PatchOf, OwnedDto } from "@kehu/records";
import { Type } from "class-transformer";
import { ArrayMaxSize, IsArray, IsIn, IsInt, IsString, Max, MaxLength, Min, ValidateNested } from "class-validator";
import { LinkInput } from "../links/link.ts";

/** A record that only another system knows. */
export class ExternalLinkInput {
  @IsIn(LINK_TYPES) type: ExternalLink["type"];
  @IsString() @MaxLength(100) system: string;
  @IsString() @MaxLength(200) id: string;
}

export class CreateInteraction extends OwnedDto {
  @IsIn(INTERACTION_KINDS) kind: InteractionState["kind"];
  @Nullable() @IsIn(DIRECTIONS) direction?: InteractionState["direction"];
  @Nullable() @IsTitle() subject?: string | null;
  @Nullable() @IsString() @MaxLength(50_000) body?: string | null;
  @IsInstant() occurredAt: Date;
  @Nullable() @IsInstant() endedAt?: Date | null;
  @Nullable() @IsInt() @Min(0) @Max(2_147_483_647) durationSeconds?: number | null;
  @Nullable() @IsString() @MaxLength(255) purpose?: string | null;
  @Nullable() @IsString() @MaxLength(255) outcome?: string | null;
  /** The records that it is about. */
  @Optional()
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => LinkInput)
  links?: LinkInput[];
}

export class UpdateInteraction extends PatchOf(CreateInteraction) {}

export class ImportInteraction extends Imported(CreateInteraction) {
  /** What it is about in the other system, where that has not come over. */
  @Optional()
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => ExternalLinkInput)
  externalLinks?: ExternalLinkInput[];
}
