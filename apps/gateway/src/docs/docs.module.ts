import { Module } from "@nestjs/common";
import { RoutingModule } from "../routing/routing.module.ts";
import { DocsController } from "./docs.controller.ts";
import { DocsService } from "./docs.service.ts";

@Module({ imports: [RoutingModule], controllers: [DocsController], providers: [DocsService], exports: [DocsService] })
export class DocsModule {}
