import { Module } from "@nestjs/common";
import { AccessModule } from "../access/access.module.ts";
import { RoutingModule } from "../routing/routing.module.ts";
import { UsersModule } from "../users/users.module.ts";
import { HandoversController } from "./handovers.controller.ts";
import { HandoversQueries } from "./handovers.queries.ts";
import { HandoversService } from "./handovers.service.ts";
import { HoldingsService } from "./holdings.service.ts";

@Module({
  imports: [AccessModule, RoutingModule, UsersModule],
  controllers: [HandoversController],
  providers: [HandoversService, HandoversQueries, HoldingsService],
})
export class HandoversModule {}
