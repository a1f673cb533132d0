import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import {
  alsoReadBy,
  IMPORT_OUTCOMES,
  ImportOptions,
  Imports,
  ListParameters,
  PAGING,
  Takes,
  type Resource,
} from "@kehu/records";
import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  type Type,
} from "@nestjs/common";
import { RouteConfig } from "@nestjs/platform-fastify";
import { ApiBody, ApiConsumes } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Readable } from "node:stream";
import { controllerName } from "./controller-name.ts";
import { importProgress } from "./import-progress.ts";
import { uploadOf } from "./upload.ts";
import { ParseId } from "./validation.pipe.ts";

const UPLOAD = {
  schema: {
    type: "object",
    required: ["file"],
    properties: {
      options: { type: "string", description: "JSON, as the body of `run`; it comes before the file" },
      file: { type: "string", format: "binary", description: "CSV or XLSX" },
    },
  },
};
const OUTCOME = {
  outcome: { description: "What became of them", schema: { type: "string", enum: IMPORT_OUTCOMES } },
} as const;

/** @returns the controller of the imports of a resource */
export function importsController(of: Resource): Type {
  const permission = of.permissions.import;
  // Rows refer to records of other services.
  const reading = { alsoReads: alsoReadBy(of) };

  @Controller(`v1/${of.name}/imports`)
  class ImportsController {
    constructor(@Inject(Imports) private readonly imports: Imports) {}

    /** Takes a file on. With `mapping` it is imported at once, else looked at: `run` goes on. */
    @Post()
    @RequirePermission(permission, reading)
    @HttpCode(202)
    @RouteConfig({ upload: true })
    @ApiConsumes("multipart/form-data")
    @ApiBody(UPLOAD)
    async upload(@Req() request: FastifyRequest, @Who() who: RequestContext) {
      return this.imports.upload(of, await uploadOf(request), who);
    }

    @Get()
    @RequirePermission(permission)
    @Takes(PAGING)
    list(@Query() query: ListParameters, @Who() who: RequestContext) {
      return this.imports.list(of, query, who);
    }

    @Get(":id")
    @RequirePermission(permission)
    get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
      return this.imports.get(of, id, who);
    }

    /** What became of each row. */
    @Get(":id/rows")
    @RequirePermission(permission)
    @Takes({ ...PAGING, ...OUTCOME })
    rows(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
      return this.imports.rows(of, id, query, who);
    }

    /** The rows that failed, as they came, with the reasons: to be mended and sent again. */
    @Get(":id/errors.csv")
    @RequirePermission(permission)
    @Header("content-type", "text/csv; charset=utf-8")
    async errors(@Param("id", ParseId) id: string, @Who() who: RequestContext, @Res() reply: FastifyReply) {
      const lines = await this.imports.failures(of, id, who);
      await reply.header("content-disposition", `attachment; filename="errors.csv"`).send(Readable.from(lines));
    }

    /** How far it is, as server-sent events, until it rests or a minute has passed. */
    @Get(":id/progress")
    @RequirePermission(permission)
    @Header("content-type", "text/event-stream; charset=utf-8")
    async progress(@Param("id", ParseId) id: string, @Who() who: RequestContext, @Res() reply: FastifyReply) {
      const look = () => this.imports.get(of, id, who);
      await look();
      await reply.header("x-accel-buffering", "no").send(Readable.from(importProgress(look)));
    }

    /** Imports a file that was looked at, or was tried. What is not said here is as it was said before, or suggested. */
    @Post(":id/run")
    @RequirePermission(permission, reading)
    @HttpCode(202)
    run(@Param("id", ParseId) id: string, @Body() body: ImportOptions, @Who() who: RequestContext) {
      return this.imports.run(of, id, body, who);
    }

    /** Takes back what an import has done. What somebody has changed since stays as it is. */
    @Post(":id/rollback")
    @RequirePermission(permission)
    @HttpCode(202)
    rollBack(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
      return this.imports.rollBack(of, id, who);
    }
  }
  return controllerName(ImportsController, of, "ImportsController");
}
