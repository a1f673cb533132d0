import { IsString, Length, MaxLength } from "class-validator";

export class LoginDto {
  @IsString() @Length(1, 254) email: string;
  @IsString() @Length(1, 1024) password: string;
}

export class ChangePasswordDto {
  @IsString() @Length(1, 1024) currentPassword: string;
  @IsString() @Length(1, 1024) newPassword: string;
}

export class RefreshDto {
  @IsString() @MaxLength(100) refreshToken: string;
}
