import { Module } from "@nestjs/common";
import { FactsConsumer } from "./facts.consumer.ts";
import { RebuildController } from "./rebuild.controller.ts";
import { RebuildService } from "./rebuild.service.ts";

@Module({ controllers: [FactsConsumer, RebuildController], providers: [RebuildService] })
export class FactsModule {}
