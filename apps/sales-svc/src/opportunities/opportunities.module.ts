import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { OpportunitiesController } from "./opportunities.controller.ts";
import { OpportunitiesQueries } from "./opportunities.queries.ts";
import { OpportunitiesService } from "./opportunities.service.ts";
import { Opportunity } from "./opportunity.entity.ts";

@Module({
  imports: [TypeOrmModule.forFeature([Opportunity])],
  controllers: [OpportunitiesController],
  providers: [OpportunitiesService, OpportunitiesQueries],
  exports: [OpportunitiesService],
})
export class OpportunitiesModule {}
