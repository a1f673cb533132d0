import { OwnAccess } from "@kehu/auth";
import { CustomFields, documentWith, type Resource } from "@kehu/records";
import { Controller, Get, Header, type Type } from "@nestjs/common";
import { readFileSync } from "node:fs";

/** Serves the OpenAPI document of a service to the gateway, which makes its routes of it: the committed one, with the fields that the company has added. */
export function documentController(document: URL): Type {
  let committed: string | undefined;
  let extended: { by: readonly Resource[]; text: string } | undefined;

  @Controller("internal")
  class DocumentController {
    constructor(private readonly custom: CustomFields) {}

    @Get("openapi.json")
    @OwnAccess()
    @Header("content-type", "application/json")
    async openapi(): Promise<string> {
      committed ??= readFileSync(document, "utf8");
      const resources = await this.custom.extendedResources();
      if (resources.length === 0) return committed;
      if (extended?.by !== resources) extended = { by: resources, text: documentWith(committed, resources) };
      return extended.text;
    }
  }
  return DocumentController;
}
