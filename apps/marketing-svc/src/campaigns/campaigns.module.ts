import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { Campaign } from "./campaign.entity.ts";
import { CampaignsController } from "./campaigns.controller.ts";
import { CampaignsService } from "./campaigns.service.ts";

@Module({
  imports: [TypeOrmModule.forFeature([Campaign])],
  controllers: [CampaignsController],
  providers: [CampaignsService],
})
export class CampaignsModule {}
