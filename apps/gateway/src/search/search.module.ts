import { Module } from "@nestjs/common";
import { DiscoveryModule } from "@nestjs/core";
import { RoutingModule } from "../routing/routing.module.ts";
import { OwnKinds } from "./own-kinds.service.ts";
import { SearchController } from "./search.controller.ts";
import { SearchQueries } from "./search.queries.ts";

@Module({
  imports: [RoutingModule, DiscoveryModule],
  controllers: [SearchController],
  providers: [SearchQueries, OwnKinds],
})
export class SearchModule {}
