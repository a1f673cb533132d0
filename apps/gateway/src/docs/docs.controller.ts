import { Public } from "@kehu/auth";
import { NotFound } from "@kehu/contracts";
import { Controller, Get, Header, Param, Res } from "@nestjs/common";
import type { FastifyReply } from "fastify";
import { DocsService } from "./docs.service.ts";

@Controller()
export class DocsController {
  constructor(private readonly docs: DocsService) {}

  @Get("openapi.json")
  @Public()
  @Header("content-type", "application/json; charset=utf-8")
  document(): Promise<string> {
    return this.docs.document();
  }

  /** Swagger UI. */
  @Get("docs")
  @Public()
  @Header("content-type", "text/html; charset=utf-8")
  page(): string {
    return this.docs.page;
  }

  @Get("docs/:file")
  @Public()
  async asset(@Param("file") name: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Buffer> {
    const file = await this.docs.asset(name);
    if (!file) throw new NotFound();
    void reply.header("content-type", file.type).header("cache-control", "public, max-age=3600");
    return file.bytes;
  }
}
