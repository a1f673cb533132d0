import { Module } from "@nestjs/common";
import { KeyRing } from "./key-ring.ts";
import { KeysController } from "./keys.controller.ts";

@Module({ controllers: [KeysController], providers: [KeyRing], exports: [KeyRing] })
export class KeysModule {}
