import { Module } from "@nestjs/common";
import { ErasuresConsumer } from "./erasures.consumer.ts";

@Module({ controllers: [ErasuresConsumer] })
export class ErasuresModule {}
