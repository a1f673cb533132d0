import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { CampaignMember } from "./member.entity.ts";
import { MembersController } from "./members.controller.ts";
import { MembersService } from "./members.service.ts";

@Module({
  imports: [TypeOrmModule.forFeature([CampaignMember])],
  controllers: [MembersController],
  providers: [MembersService],
})
export class MembersModule {}
