import { Module } from "@nestjs/common";
import { CustomersConsumer } from "./customers.consumer.ts";
import { CustomersService } from "./customers.service.ts";

@Module({ controllers: [CustomersConsumer], providers: [CustomersService], exports: [CustomersService] })
export class CustomersModule {}
