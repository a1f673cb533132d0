import { Imported, IsReference, IsTitle, Nullable, Optional, PatchOf, RecordDto } from "@kehu/records";
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsEmail,
  IsIn,
  IsString,
  IsTimeZone,
  IsUUID,
  Length,
  Matches,
  MaxLength,
} from "class-validator";

export class CreateUser extends RecordDto {
  /** Plain: without quotes, comments or a second address in it. */
  @IsString() @MaxLength(254) @IsEmail({ blacklisted_chars: String.raw`"(),:;<>\[\]\\` }) email: string;
  @Nullable() @IsString() @MaxLength(255) firstName?: string | null;
  @IsTitle() lastName: string;
  @Optional() @IsArray() @ArrayMaxSize(20) @ArrayUnique() @IsUUID(undefined, { each: true }) roleIds?: string[];
  @Nullable() @IsReference() teamId?: string | null;
  @Optional() @IsIn(["en", "zh-CN"]) language?: string;
  /** IANA name; null: the company's. No offset: Postgres counts those of `+08:00` the other way (POSIX). */
  @Nullable() @IsString() @IsTimeZone() @Matches(/^[A-Za-z]/) timeZone?: string | null;
}

export class UpdateUser extends PatchOf(CreateUser) {}

export class ImportUser extends Imported(CreateUser) {}

export class AskForReset {
  @IsString() @Length(1, 254) email: string;
}

export class ChoosePassword {
  @IsString() @Length(1, 100) token: string;
  @IsString() @Length(1, 1024) password: string;
}

export class AcceptInvitation {
  @IsString() @Length(1, 1024) password: string;
}
