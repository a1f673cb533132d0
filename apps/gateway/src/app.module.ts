import { Module } from "@nestjs/common";
import { AccessModule } from "./access/access.module.ts";
import { ApiKeysModule } from "./api-keys/api-keys.module.ts";
import { AuditModule } from "./audit/audit.module.ts";
import { ChangesModule } from "./changes/changes.module.ts";
import { config } from "./config.ts";
import { ConfigurationModule } from "./configuration/configuration.module.ts";
import { DocsModule } from "./docs/docs.module.ts";
import { HandoversModule } from "./handovers/handovers.module.ts";
import { HealthModule } from "./health/health.module.ts";
import { ImportsModule } from "./imports/imports.module.ts";
import { KeysModule } from "./keys/keys.module.ts";
import { InvitationMailsModule } from "./mail/invitation-mails.module.ts";
import { OperationsModule } from "./operations/operations.module.ts";
import { PersonalDataModule } from "./personal-data/personal-data.module.ts";
import { PlatformModule } from "./platform/platform.module.ts";
import { ProxyModule } from "./proxy/proxy.module.ts";
import { RolesModule } from "./roles/roles.module.ts";
import { RoutingModule } from "./routing/routing.module.ts";
import { SearchModule } from "./search/search.module.ts";
import { SessionsModule } from "./sessions/sessions.module.ts";
import { SettingsModule } from "./settings/settings.module.ts";
import { StartModule } from "./start/start.module.ts";
import { TeamsModule } from "./teams/teams.module.ts";
import { UsersModule } from "./users/users.module.ts";
import { VocabulariesModule } from "./vocabularies/vocabularies.module.ts";

@Module({
  imports: [
    PlatformModule.forRoot(config),
    StartModule,
    KeysModule,
    AccessModule,
    AuditModule,
    SessionsModule,
    UsersModule,
    ImportsModule,
    HandoversModule,
    ...(config.mail ? [InvitationMailsModule] : []),
    TeamsModule,
    RolesModule,
    ApiKeysModule,
    SettingsModule,
    ConfigurationModule,
    VocabulariesModule,
    ChangesModule,
    RoutingModule,
    ProxyModule,
    OperationsModule,
    SearchModule,
    PersonalDataModule,
    DocsModule,
    HealthModule,
  ],
})
export class AppModule {}
