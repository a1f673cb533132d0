import { Module } from "@nestjs/common";
import { SessionsModule } from "../sessions/sessions.module.ts";
import { FirstStart } from "./first-start.service.ts";

@Module({ imports: [SessionsModule], providers: [FirstStart] })
export class StartModule {}
