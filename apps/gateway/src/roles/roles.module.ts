import { snapshotsOf, Writing } from "@kehu/records";
import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { Role } from "./role.entity.ts";
import { RolesController } from "./roles.controller.ts";
import { ROLES } from "./roles.resource.ts";

@Module({ imports: [TypeOrmModule.forFeature([Role])], controllers: [RolesController] })
export class RolesModule {
  constructor({ operations, records }: Writing) {
    operations.register(snapshotsOf(ROLES, records.rows));
  }
}
