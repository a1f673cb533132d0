import { ServiceModule } from "@kehu/http";
import { Module } from "@nestjs/common";
import { CampaignsModule } from "./campaigns/campaigns.module.ts";
import { ImportsModule } from "./imports/imports.module.ts";
import { ExportsModule } from "./exports/exports.module.ts";
import { FieldsModule } from "./fields/fields.module.ts";
import { config } from "./config.ts";
import { ErasuresModule } from "./erasures/erasures.module.ts";
import { CustomersModule } from "./customers/customers.module.ts";
import { LeadsModule } from "./leads/leads.module.ts";
import { OpportunitiesModule } from "./opportunities/opportunities.module.ts";
import { PipelinesModule } from "./pipelines/pipelines.module.ts";
import { RetentionModule } from "./retention/retention.module.ts";
import { ViewsModule } from "./views/views.module.ts";

@Module({
  imports: [
    ServiceModule.forRoot(
      { name: "sales", schema: "sales", document: new URL("../openapi.json", import.meta.url) },
      config,
    ),
    LeadsModule,
    PipelinesModule,
    OpportunitiesModule,
    CustomersModule,
    CampaignsModule,
    ErasuresModule,
    RetentionModule,
    FieldsModule,
    ImportsModule,
    ExportsModule,
    ViewsModule,
  ],
})
export class AppModule {}
