import { ServiceModule } from "@kehu/http";
import { Module } from "@nestjs/common";
import { AccountsModule } from "./accounts/accounts.module.ts";
import { CampaignsModule } from "./campaigns/campaigns.module.ts";
import { ImportsModule } from "./imports/imports.module.ts";
import { ExportsModule } from "./exports/exports.module.ts";
import { FieldsModule } from "./fields/fields.module.ts";
import { config } from "./config.ts";
import { ErasuresModule } from "./erasures/erasures.module.ts";
import { ContactsModule } from "./contacts/contacts.module.ts";
import { InteractionsModule } from "./interactions/interactions.module.ts";
import { LeadConversionModule } from "./lead-conversion/lead-conversion.module.ts";
import { LeadsModule } from "./leads/leads.module.ts";
import { OpportunitiesModule } from "./opportunities/opportunities.module.ts";
import { RetentionModule } from "./retention/retention.module.ts";
import { TasksModule } from "./tasks/tasks.module.ts";
import { TicketsModule } from "./tickets/tickets.module.ts";
import { TimelinesModule } from "./timelines/timelines.module.ts";
import { ViewsModule } from "./views/views.module.ts";

@Module({
  imports: [
    ServiceModule.forRoot(
      { name: "customer", schema: "customer", document: new URL("../openapi.json", import.meta.url) },
      config,
    ),
    AccountsModule,
    ContactsModule,
    InteractionsModule,
    TasksModule,
    TimelinesModule,
    LeadConversionModule,
    LeadsModule,
    OpportunitiesModule,
    TicketsModule,
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
