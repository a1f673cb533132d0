import { Module } from "@nestjs/common";
import { TicketsConsumer } from "./tickets.consumer.ts";

@Module({ controllers: [TicketsConsumer] })
export class TicketsModule {}
