import { OwnAccess } from "@kehu/auth";
import { Controller, Get, Header, type Type } from "@nestjs/common";
import { readFileSync } from "node:fs";

/** Serves the committed OpenAPI document of a service to the gateway, which makes its routes of it. */
export function documentController(document: URL): Type {
  let text: string | undefined;

  @Controller("internal")
  class DocumentController {
    @Get("openapi.json")
    @OwnAccess()
    @Header("content-type", "application/json")
    openapi(): string {
      return (text ??= readFileSync(document, "utf8"));
    }
  }
  return DocumentController;
}
