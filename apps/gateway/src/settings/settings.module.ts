import { snapshotsOf, Writing } from "@kehu/records";
import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { SettingsController } from "./settings.controller.ts";
import { Settings } from "./settings.entity.ts";
import { SETTINGS } from "./settings.resource.ts";

@Module({ imports: [TypeOrmModule.forFeature([Settings])], controllers: [SettingsController] })
export class SettingsModule {
  constructor({ operations, records }: Writing) {
    operations.register(snapshotsOf(SETTINGS, records.rows));
  }
}
