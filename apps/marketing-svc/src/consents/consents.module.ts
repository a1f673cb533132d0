import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { Consent } from "./consent.entity.ts";
import { ConsentsController } from "./consents.controller.ts";
import { ConsentsService } from "./consents.service.ts";

@Module({
  imports: [TypeOrmModule.forFeature([Consent])],
  controllers: [ConsentsController],
  providers: [ConsentsService],
})
export class ConsentsModule {}
