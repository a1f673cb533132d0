import { Module } from "@nestjs/common";
import { RoutingModule } from "../routing/routing.module.ts";
import { OperationsController } from "./operations.controller.ts";
import { OperationsService } from "./operations.service.ts";

@Module({ imports: [RoutingModule], controllers: [OperationsController], providers: [OperationsService] })
export class OperationsModule {}
