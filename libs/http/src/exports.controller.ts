import { Cost, RequirePermission, Who, type RequestContext } from "@kehu/auth";
import {
  alsoReadBy,
  exportPermission,
  ExportRequest,
  Exports,
  ListParameters,
  PAGING,
  Takes,
  type Download,
  type ExportView,
  type Page,
  type Resource,
} from "@kehu/records";
import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Inject,
  Logger,
  Param,
  Post,
  Query,
  Req,
  Res,
  StreamableFile,
  type Type,
} from "@nestjs/common";
import type { FastifyReply, FastifyRequest } from "fastify";
import { controllerName } from "./controller-name.ts";
import { ParseId } from "./validation.pipe.ts";

const TOKEN = {
  token: { description: "Of the link in `url`", schema: { type: "string", maxLength: 1000 }, required: true },
};

/** A file takes as much as listing all that is in it. */
const COST = 100;

/** Makes the controller by which the records of a resource are taken out as files. */
export function exportsController(of: Resource): Type {
  const permission = exportPermission(of);
  const options = { alsoReads: alsoReadBy(of) };
  const log = new Logger("Exports");

  abstract class ExportsController {
    constructor(@Inject(Exports) private readonly exports: Exports) {}

    /** Takes on the making of a file with what the caller may read and export, as it is at one moment. */
    @Post()
    @HttpCode(202)
    @Cost(COST)
    @RequirePermission(permission, options)
    request(@Body() body: ExportRequest, @Who() who: RequestContext) {
      return this.exports.request(of, body, who);
    }

    /** The caller's own exports of the last day, the newest first. */
    @Get()
    @RequirePermission(permission)
    @Takes(PAGING)
    list(@Query() query: ListParameters, @Who() who: RequestContext): Promise<Page<ExportView>> {
      return this.exports.list(of, query, who);
    }

    @Get(":id")
    @RequirePermission(permission)
    get(@Param("id", ParseId) id: string, @Who() who: RequestContext): Promise<ExportView> {
      return this.exports.get(of, id, who);
    }

    /** The file, once. It is an entry in the audit trail. */
    @Get(":id/file")
    @RequirePermission(permission, options)
    @Takes(TOKEN)
    @Header("content-type", "application/octet-stream")
    @Header("cache-control", "no-store")
    async file(
      @Param("id", ParseId) id: string,
      @Query() { token }: ListParameters,
      @Who() who: RequestContext,
      @Req() request: FastifyRequest,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<StreamableFile> {
      // Who only asks whether he may has not fetched it.
      if (request.method === "HEAD") {
        await this.exports.allowed(of, id, token, who);
        return new StreamableFile(Buffer.alloc(0));
      }
      return sent(await this.exports.download(of, id, token, who), reply, (error) =>
        log.warn(`The end of the download ${id} is not kept: ${error.message}`),
      );
    }
  }

  @Controller(`v1/${of.name}/exports`)
  class ResourceExportsController extends ExportsController {}
  return controllerName(ResourceExportsController, of, "ExportsController");
}

/** The answer with the file; it counts as fetched when its last byte has gone out. */
function sent(file: Download, reply: FastifyReply, failed: (error: Error) => void): StreamableFile {
  const { raw } = reply;
  raw.once("close", () => void file.ended(raw.writableFinished).catch(failed));
  // RFC 6266, with the name in UTF-8 (RFC 8187) beside the plain one.
  const disposition = `attachment; filename="${file.name}"; filename*=UTF-8''${encodeURIComponent(file.name)}`;
  void reply.header("content-type", file.type);
  return new StreamableFile(file.content, { disposition, length: file.bytes });
}
