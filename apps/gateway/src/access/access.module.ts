import { QueryGuard } from "@kehu/http";
import { Module } from "@nestjs/common";
import { APP_GUARD } from "@nestjs/core";
import { AuditModule } from "../audit/audit.module.ts";
import { KeysModule } from "../keys/keys.module.ts";
import { LimitsModule } from "../limits/limits.module.ts";
import { AccessGuard } from "./access.guard.ts";
import { AccessStrategy } from "./access.strategy.ts";
import { ApiKeyProofs } from "./api-key-proofs.ts";
import { AuthChanges } from "./auth-changes.ts";
import { Authenticator } from "./authenticator.ts";
import { SessionStates } from "./session-states.ts";

@Module({
  imports: [KeysModule, AuditModule, LimitsModule],
  providers: [
    AccessStrategy,
    ApiKeyProofs,
    AuthChanges,
    SessionStates,
    Authenticator,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_GUARD, useClass: QueryGuard },
  ],
  exports: [AuthChanges, Authenticator],
})
export class AccessModule {}
