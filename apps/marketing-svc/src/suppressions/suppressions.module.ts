import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { Suppression } from "./suppression.entity.ts";
import { SuppressionsController } from "./suppressions.controller.ts";
import { SuppressionsService } from "./suppressions.service.ts";

@Module({
  imports: [TypeOrmModule.forFeature([Suppression])],
  controllers: [SuppressionsController],
  providers: [SuppressionsService],
})
export class SuppressionsModule {}
