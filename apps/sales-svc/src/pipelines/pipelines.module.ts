import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { Pipeline } from "./pipeline.entity.ts";
import { PipelinesController } from "./pipelines.controller.ts";
import { PipelinesQueries } from "./pipelines.queries.ts";
import { PipelinesService } from "./pipelines.service.ts";

@Module({
  imports: [TypeOrmModule.forFeature([Pipeline])],
  controllers: [PipelinesController],
  providers: [PipelinesService, PipelinesQueries],
})
export class PipelinesModule {}
