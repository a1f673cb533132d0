import { ServiceModule } from "@kehu/http";
import { Module } from "@nestjs/common";
import { CampaignsModule } from "./campaigns/campaigns.module.ts";
import { ImportsModule } from "./imports/imports.module.ts";
import { ExportsModule } from "./exports/exports.module.ts";
import { FieldsModule } from "./fields/fields.module.ts";
import { config } from "./config.ts";
import { ErasuresModule } from "./erasures/erasures.module.ts";
import { ConsentsModule } from "./consents/consents.module.ts";
import { MembersModule } from "./members/members.module.ts";
import { PeopleModule } from "./people/people.module.ts";
import { SuppressionsModule } from "./suppressions/suppressions.module.ts";
import { ViewsModule } from "./views/views.module.ts";

@Module({
  imports: [
    ServiceModule.forRoot(
      { name: "marketing", schema: "marketing", document: new URL("../openapi.json", import.meta.url) },
      config,
    ),
    PeopleModule,
    CampaignsModule,
    MembersModule,
    ConsentsModule,
    SuppressionsModule,
    ErasuresModule,
    FieldsModule,
    ImportsModule,
    ExportsModule,
    ViewsModule,
  ],
})
export class AppModule {}
