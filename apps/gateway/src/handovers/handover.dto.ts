import { IsReference, Optional, type ReferenceInput } from "@kehu/records";
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsBoolean, IsString, MaxLength } from "class-validator";

/** Who gets what a user owns: another user, or the pool of a team. */
export class HandOverRequest {
  @Optional() @IsReference() toUserId?: ReferenceInput;
  @Optional() @IsReference() toTeamId?: ReferenceInput;
  /** Last parts of their paths (`accounts`); everything, where it is left out. */
  @Optional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ArrayUnique()
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  resources?: string[];
  /** Only says how much it would be. */
  @Optional() @IsBoolean() preview?: boolean;
}
