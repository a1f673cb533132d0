import { Module } from "@nestjs/common";
import { Documents } from "./documents.service.ts";
import { RouteTable } from "./route-table.ts";
import { ServiceRequests } from "./service-requests.service.ts";
import { Upstreams } from "./upstreams.ts";

const PROVIDED = [Documents, RouteTable, Upstreams, ServiceRequests];

@Module({ providers: PROVIDED, exports: PROVIDED })
export class RoutingModule {}
