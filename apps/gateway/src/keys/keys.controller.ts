import { Controller, Get, Header } from "@nestjs/common";
import { Public } from "@kehu/auth";
import { KeyRing } from "./key-ring.ts";

@Controller()
export class KeysController {
  constructor(private readonly keys: KeyRing) {}

  @Get(".well-known/jwks.json")
  @Public()
  @Header("cache-control", "public, max-age=300")
  jwks() {
    return this.keys.jwks(Date.now());
  }
}
