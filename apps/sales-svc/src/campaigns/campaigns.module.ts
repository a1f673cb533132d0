import { Module } from "@nestjs/common";
import { CampaignsConsumer } from "./campaigns.consumer.ts";

@Module({ controllers: [CampaignsConsumer] })
export class CampaignsModule {}
