import { Module } from "@nestjs/common";
import { LeadsConsumer } from "./leads.consumer.ts";

@Module({ controllers: [LeadsConsumer] })
export class LeadsModule {}
