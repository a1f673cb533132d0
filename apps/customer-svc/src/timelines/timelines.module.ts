import { Module } from "@nestjs/common";
import { TimelinesController } from "./timelines.controller.ts";
import { TimelinesQueries } from "./timelines.queries.ts";

@Module({ controllers: [TimelinesController], providers: [TimelinesQueries] })
export class TimelinesModule {}
