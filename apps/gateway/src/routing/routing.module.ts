import { Module } from "@nestjs/common";
import { Documents } from "./documents.service.ts";
import { RouteTable } from "./route-table.ts";
import { Upstreams } from "./upstreams.ts";

@Module({ providers: [Documents, RouteTable, Upstreams], exports: [Documents, RouteTable, Upstreams] })
export class RoutingModule {}
