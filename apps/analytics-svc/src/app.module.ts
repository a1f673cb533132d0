import { ServiceModule } from "@kehu/http";
import { Module } from "@nestjs/common";
import { config } from "./config.ts";
import { FactsModule } from "./facts/facts.module.ts";
import { MetricsModule } from "./metrics/metrics.module.ts";

@Module({
  imports: [
    ServiceModule.forRoot(
      { name: "analytics", schema: "analytics", document: new URL("../openapi.json", import.meta.url) },
      config,
    ),
    FactsModule,
    MetricsModule,
  ],
})
export class AppModule {}
