import { Module } from "@nestjs/common";
import { AccessModule } from "../access/access.module.ts";
import { LimitsModule } from "../limits/limits.module.ts";
import { ChangesRetention } from "./changes-retention.service.ts";
import { ChangesConsumer } from "./changes.consumer.ts";
import { ChangesController } from "./changes.controller.ts";
import { ChangesQueries } from "./changes.queries.ts";
import { Feed } from "./feed.service.ts";
import { Streams } from "./streams.service.ts";
import { SyncTokens } from "./sync-tokens.service.ts";

@Module({
  imports: [AccessModule, LimitsModule],
  controllers: [ChangesController, ChangesConsumer],
  providers: [ChangesQueries, SyncTokens, Feed, Streams, ChangesRetention],
})
export class ChangesModule {}
