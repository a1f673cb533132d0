import { Module } from "@nestjs/common";
import { AccessModule } from "../access/access.module.ts";
import { RoutingModule } from "../routing/routing.module.ts";
import { GatewayHealthController } from "./health.controller.ts";

@Module({ imports: [AccessModule, RoutingModule], controllers: [GatewayHealthController] })
export class HealthModule {}
