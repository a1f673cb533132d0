import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { AccessModule } from "../access/access.module.ts";
import { SessionsModule } from "../sessions/sessions.module.ts";
import { MailModule } from "../mail/mail.module.ts";
import { InvitationsController } from "./invitations.controller.ts";
import { InvitationsService } from "./invitations.service.ts";
import { PasswordResetsController } from "./password-resets.controller.ts";
import { PasswordResets } from "./password-resets.service.ts";
import { Reach } from "./reach.service.ts";
import { User } from "./user.entity.ts";
import { UsersController } from "./users.controller.ts";
import { UsersService } from "./users.service.ts";

@Module({
  imports: [TypeOrmModule.forFeature([User]), AccessModule, SessionsModule, MailModule],
  controllers: [UsersController, InvitationsController, PasswordResetsController],
  providers: [UsersService, InvitationsService, PasswordResets, Reach],
})
export class UsersModule {}
