import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { AccessModule } from "../access/access.module.ts";
import { DocsModule } from "../docs/docs.module.ts";
import { RoutingModule } from "../routing/routing.module.ts";
import { ClosableFieldsService } from "./closable-fields.service.ts";
import { ExplanationsQueries } from "./explanations.queries.ts";
import { PermissionsController } from "./permissions.controller.ts";
import { PermissionsQueries } from "./permissions.queries.ts";
import { RecordNames } from "./record-names.service.ts";
import { Role } from "./role.entity.ts";
import { RolesController } from "./roles.controller.ts";
import { RolesService } from "./roles.service.ts";

@Module({
  imports: [TypeOrmModule.forFeature([Role]), AccessModule, DocsModule, RoutingModule],
  controllers: [RolesController, PermissionsController],
  providers: [RolesService, PermissionsQueries, ExplanationsQueries, RecordNames, ClosableFieldsService],
  exports: [RolesService, ClosableFieldsService],
})
export class RolesModule {}
