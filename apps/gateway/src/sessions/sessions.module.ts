import { Module } from "@nestjs/common";
import { AccessModule } from "../access/access.module.ts";
import { AuditModule } from "../audit/audit.module.ts";
import { KeysModule } from "../keys/keys.module.ts";
import { LoginThrottle, ResetThrottle } from "./attempt-throttle.ts";
import { OpenSessionsController } from "./open-sessions.controller.ts";
import { OpenSessions } from "./open-sessions.service.ts";
import { Passwords } from "./passwords.ts";
import { SessionRetention } from "./session-retention.service.ts";
import { SessionsController } from "./sessions.controller.ts";
import { SessionsQueries } from "./sessions.queries.ts";
import { SessionsService } from "./sessions.service.ts";

@Module({
  imports: [AccessModule, AuditModule, KeysModule],
  controllers: [SessionsController, OpenSessionsController],
  providers: [
    SessionsService,
    SessionsQueries,
    OpenSessions,
    Passwords,
    LoginThrottle,
    ResetThrottle,
    SessionRetention,
  ],
  exports: [SessionsService, Passwords, ResetThrottle],
})
export class SessionsModule {}
