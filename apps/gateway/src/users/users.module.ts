import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { AccessModule } from "../access/access.module.ts";
import { SessionsModule } from "../sessions/sessions.module.ts";
import { InvitationsController } from "./invitations.controller.ts";
import { InvitationsService } from "./invitations.service.ts";
import { User } from "./user.entity.ts";
import { UsersController } from "./users.controller.ts";
import { UsersService } from "./users.service.ts";

@Module({
  imports: [TypeOrmModule.forFeature([User]), AccessModule, SessionsModule],
  controllers: [UsersController, InvitationsController],
  providers: [UsersService, InvitationsService],
})
export class UsersModule {}
