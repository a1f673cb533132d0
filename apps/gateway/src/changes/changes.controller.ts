import { Cost, OwnAccess, Who, type RequestContext } from "@kehu/auth";
import { ListParameters, Takes, type QueryParameter } from "@kehu/records";
import { Controller, Get, Header, Query, Req, Res, StreamableFile } from "@nestjs/common";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Readable } from "node:stream";
import { KeysToo } from "../access/people-only.ts";
import { Load } from "../limits/load.ts";
import { ChangesQueries, type ChangesPage } from "./changes.queries.ts";
import { KIND_NAMES } from "./kinds.ts";
import { Streams } from "./streams.service.ts";

const FOLLOWING = {
  since: { description: "`page.since` of the answer before; without it from now on", schema: { type: "string" } },
  kinds: {
    description: "The kinds to follow, with commas between; without it all that the caller may read",
    schema: { type: "array", items: { type: "string", enum: KIND_NAMES } },
  },
} as const satisfies Record<string, QueryParameter>;

const LIMIT: QueryParameter = {
  description: "Records of a page",
  schema: { type: "integer", minimum: 1, maximum: 200, default: 200 },
};

@Controller("v1")
export class ChangesController {
  constructor(
    private readonly queries: ChangesQueries,
    private readonly streams: Streams,
    private readonly load: Load,
  ) {}

  /** What has changed since, of what the caller may see. Without `since`: nothing, and the token of now. */
  @Get("sync")
  @OwnAccess()
  @KeysToo()
  @Cost(10)
  @Takes({ ...FOLLOWING, limit: LIMIT })
  sync(@Query() query: ListParameters, @Who() who: RequestContext): Promise<ChangesPage> {
    return this.queries.sync(query, who);
  }

  /**
   * The same as it happens: server-sent events `change`, of which the last of those that are told together has the token as
   * its id, which `Last-Event-ID` brings back; and `end` with the reason.
   */
  @Get("changes")
  @OwnAccess()
  @KeysToo()
  @Cost(10)
  @Takes(FOLLOWING)
  @Header("content-type", "text/event-stream")
  @Header("x-accel-buffering", "no")
  async changes(
    @Query() query: ListParameters,
    @Who() who: RequestContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    if (request.method === "HEAD") return new StreamableFile(Readable.from([]));
    const stream = await this.streams.start(query, request, reply.raw, who);
    this.load.leave(reply.raw);
    return new StreamableFile(stream);
  }
}
