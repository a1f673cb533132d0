import { Module } from "@nestjs/common";
import { RolesModule } from "../roles/roles.module.ts";
import { RoutingModule } from "../routing/routing.module.ts";
import { Applying } from "./applying.service.ts";
import { ConfigurationController } from "./configuration.controller.ts";
import { ConfigurationQueries } from "./configuration.queries.ts";
import { ConfigurationService } from "./configuration.service.ts";
import { FieldsSection } from "./fields-section.service.ts";
import { PipelinesSection } from "./pipelines-section.service.ts";
import { QueuesSection } from "./queues-section.service.ts";
import { RolesSection } from "./roles-section.service.ts";
import { Sections } from "./sections.service.ts";
import { ServiceParts } from "./service-parts.service.ts";
import { SettingsSection } from "./settings-section.service.ts";
import { VocabulariesModule } from "../vocabularies/vocabularies.module.ts";
import { VocabulariesSection } from "./vocabularies-section.service.ts";
import { ViewsSection } from "./views-section.service.ts";

@Module({
  imports: [RolesModule, RoutingModule, VocabulariesModule],
  controllers: [ConfigurationController],
  providers: [
    ConfigurationService,
    ConfigurationQueries,
    Applying,
    Sections,
    ServiceParts,
    SettingsSection,
    VocabulariesSection,
    FieldsSection,
    PipelinesSection,
    QueuesSection,
    RolesSection,
    ViewsSection,
  ],
})
export class ConfigurationModule {}
