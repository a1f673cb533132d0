import { Module } from "@nestjs/common";
import { PeopleConsumer } from "./people.consumer.ts";

@Module({ controllers: [PeopleConsumer] })
export class PeopleModule {}
