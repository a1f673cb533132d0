import { Module } from "@nestjs/common";
import { OpportunitiesConsumer } from "./opportunities.consumer.ts";

@Module({ controllers: [OpportunitiesConsumer] })
export class OpportunitiesModule {}
