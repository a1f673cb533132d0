import { Module, type OnModuleInit } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import type { FastifyInstance } from "fastify";
import { AuditEntriesController } from "./audit-entries.controller.ts";
import { AuditEntriesQueries } from "./audit-entries.queries.ts";
import { AuditLog } from "./audit-log.service.ts";
import { AuditRetention } from "./audit-retention.service.ts";
import { AuditConsumer } from "./audit.consumer.ts";
import { Heads } from "./heads.service.ts";
import { Origins } from "./origins.service.ts";
import { Refusals } from "./refusals.service.ts";
import { Sealer } from "./sealer.service.ts";

@Module({
  controllers: [AuditEntriesController, AuditConsumer],
  providers: [AuditLog, Origins, Refusals, Sealer, Heads, AuditRetention, AuditEntriesQueries],
  exports: [AuditLog, Origins],
})
export class AuditModule implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly refusals: Refusals,
  ) {}

  onModuleInit(): void {
    this.refusals.watch(this.host.httpAdapter.getInstance<FastifyInstance>());
  }
}
