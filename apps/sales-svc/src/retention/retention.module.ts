import { retentionController } from "@kehu/http";
import { Retention } from "@kehu/records";
import { Module } from "@nestjs/common";
import { LEADS } from "../leads/leads.resource.ts";
import { LeadActivityConsumer } from "./lead-activity.consumer.ts";
import { LEAD_CONDITIONS } from "./lead-retention.ts";

@Module({ controllers: [retentionController("sales"), LeadActivityConsumer] })
export class RetentionModule {
  constructor(retention: Retention) {
    retention.register(LEADS, LEAD_CONDITIONS);
  }
}
