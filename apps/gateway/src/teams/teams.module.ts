import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { AccessModule } from "../access/access.module.ts";
import { Team } from "./team.entity.ts";
import { TeamsController } from "./teams.controller.ts";
import { TeamsService } from "./teams.service.ts";

@Module({
  imports: [TypeOrmModule.forFeature([Team]), AccessModule],
  controllers: [TeamsController],
  providers: [TeamsService],
})
export class TeamsModule {}
