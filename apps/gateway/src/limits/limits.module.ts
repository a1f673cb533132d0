import { Module } from "@nestjs/common";
import { Limits } from "./limits.service.ts";
import { Load } from "./load.ts";
import { OwnCosts } from "./own-costs.ts";

@Module({ providers: [Limits, Load, OwnCosts], exports: [Limits, Load, OwnCosts] })
export class LimitsModule {}
