import { Module } from "@nestjs/common";
import { MetricsController } from "./metrics.controller.ts";
import { MetricsQueries } from "./metrics.queries.ts";

@Module({ controllers: [MetricsController], providers: [MetricsQueries] })
export class MetricsModule {}
