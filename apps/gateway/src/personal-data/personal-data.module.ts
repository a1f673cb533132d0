import { Module } from "@nestjs/common";
import { AuditModule } from "../audit/audit.module.ts";
import { RoutingModule } from "../routing/routing.module.ts";
import { RevealsController } from "./reveals.controller.ts";
import { RevealsService } from "./reveals.service.ts";
import { SubjectExportsController } from "./subject-exports.controller.ts";
import { SubjectExportsService } from "./subject-exports.service.ts";

@Module({
  imports: [AuditModule, RoutingModule],
  controllers: [RevealsController, SubjectExportsController],
  providers: [RevealsService, SubjectExportsService],
})
export class PersonalDataModule {}
