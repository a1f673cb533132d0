import { Module } from "@nestjs/common";
import { CustomersConsumer } from "./customers.consumer.ts";

@Module({ controllers: [CustomersConsumer] })
export class CustomersModule {}
