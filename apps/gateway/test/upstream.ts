import { internalAuth, OwnAccess, Public, RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { Forbidden, NotFound } from "@kehu/contracts";
import { httpServer, ProblemFilter } from "@kehu/http";
import { Body, Controller, Delete, Get, Header, HttpCode, Module, Param, Patch, Post, Req, Res } from "@nestjs/common";
import { APP_FILTER, NestFactory } from "@nestjs/core";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import type { FastifyReply, FastifyRequest } from "fastify";
import { EventEmitter, once } from "node:events";
import { PassThrough, Readable } from "node:stream";

/** What reached the service. */
export interface Arrival {
  method: string;
  url: string;
  headers: Record<string, string | string[] | undefined>;
  who?: RequestContext;
  body?: unknown;
}

/** A small service behind the gateway: real HTTP, the guard that every service has. */
export interface Upstream {
  readonly name: string;
  readonly port: number;
  readonly secret: string;
  readonly arrivals: Arrival[];
  /** `started` when a slow answer has begun, `gone` when its caller hung up. */
  readonly events: EventEmitter;
  document: object;
  close(): Promise<void>;
}

const read = (permission: string, further: object = {}) => ({ responses: {}, "x-permission": permission, ...further });

const ACCOUNT_ANSWER = {
  responses: { 200: { content: { "application/json": { schema: { $ref: "#/components/schemas/Account" } } } } },
};

/** The document of a service with the paths below. */
export const DOCUMENT = {
  openapi: "3.1.0",
  info: { title: "customer", version: "1" },
  paths: {
    "/v1/accounts": {
      get: read("customer.account.read", { parameters: [{ name: "cursor" }, { name: "count" }] }),
      post: read("customer.account.write"),
    },
    "/v1/accounts/{id}": {
      get: read("customer.account.read", ACCOUNT_ANSWER),
      patch: read("customer.account.write"),
      delete: read("customer.account.delete"),
    },
    "/v1/accounts/{id}/timeline": {
      get: read("customer.account.read", { "x-also-reads": ["sales.opportunity.read"] }),
    },
    "/v1/own": { get: read("own", { "x-cost": 8 }) },
    "/v1/open": { get: read("public") },
    "/v1/held": { get: read("customer.account.read") },
    "/v1/large": { get: read("customer.account.read") },
    "/v1/slow": { get: read("customer.account.read") },
    "/v1/broken": { get: read("customer.account.read"), post: read("customer.account.write") },
    "/v1/half": { get: read("customer.account.read") },
    "/v1/stream": { get: read("customer.account.read") },
    "/v1/headers": { get: read("customer.account.read") },
    "/v1/undeclared": { get: { responses: {} } },
    "/v1/misspelt": { get: read("customer.acount.read") },
    "/v1/tasks/{id}": { get: read("customer.task.read"), patch: read("customer.task.write") },
    "/v1/tasks": { get: read("customer.task.read") },
    "/v1/freshness": { get: read("operations.bus.read") },
  },
  components: {
    schemas: {
      Thing: { type: "object" },
      Account: {
        type: "object",
        properties: { id: {}, name: {}, industry: {}, website: {}, parentId: {}, parentName: {}, ownerId: {} },
      },
    },
  },
};

export async function startUpstream(name: string, secret: string, port = 0): Promise<Upstream> {
  const arrivals: Arrival[] = [];
  const events = new EventEmitter().setMaxListeners(0);
  const upstream = { document: DOCUMENT as object };
  const seen = (request: FastifyRequest, who?: RequestContext, body?: unknown) => {
    const { method = "", url = "", headers } = request.raw;
    arrivals.push({ method, url, headers, who, body });
    return { method, url, who, body };
  };

  @Controller()
  class UpstreamController {
    @Get("internal/openapi.json")
    @OwnAccess()
    openapi() {
      return upstream.document;
    }

    @Get("v1/freshness")
    @RequirePermission("operations.bus.read")
    freshness() {
      const asOf = new Date(0).toISOString();
      return { level: true, services: [{ service: name, unpublished: 0, lag: 0, parked: 0, asOf }] };
    }

    @Get("v1/accounts")
    @RequirePermission("customer.account.read")
    list(@Req() request: FastifyRequest, @Who() who: RequestContext) {
      return seen(request, who);
    }

    @Post("v1/accounts")
    @RequirePermission("customer.account.write")
    create(@Req() request: FastifyRequest, @Who() who: RequestContext, @Body() body: object) {
      return seen(request, who, body);
    }

    @Get("v1/accounts/:id")
    @RequirePermission("customer.account.read")
    @Header("etag", '"3"')
    get(@Req() request: FastifyRequest, @Who() who: RequestContext, @Param("id") _id: string) {
      return seen(request, who);
    }

    @Patch("v1/accounts/:id")
    @RequirePermission("customer.account.write")
    update(@Req() request: FastifyRequest, @Who() who: RequestContext, @Body() body: object) {
      return seen(request, who, body);
    }

    @Delete("v1/accounts/:id")
    @HttpCode(204)
    @RequirePermission("customer.account.delete")
    remove(@Req() request: FastifyRequest, @Who() who: RequestContext) {
      seen(request, who);
    }

    @Get("v1/accounts/:id/timeline")
    @RequirePermission("customer.account.read", { alsoReads: ["sales.opportunity.read"] })
    timeline(@Req() request: FastifyRequest, @Who() who: RequestContext) {
      return seen(request, who);
    }

    /** Out of the caller's scope. */
    @Get("v1/tasks/:id")
    @RequirePermission("customer.task.read")
    absent(): never {
      throw new NotFound();
    }

    /** Readable, and not writable. */
    @Patch("v1/tasks/:id")
    @RequirePermission("customer.task.write")
    notWritable(): never {
      throw new Forbidden("record.not-writable", "You may read this record but not change it.");
    }

    @Get("v1/tasks")
    @RequirePermission("customer.task.read")
    nothing(): never {
      throw new NotFound();
    }

    @Get("v1/own")
    @OwnAccess()
    own(@Req() request: FastifyRequest, @Who() who: RequestContext) {
      return seen(request, who);
    }

    @Get("v1/open")
    @Public()
    open(@Req() request: FastifyRequest) {
      return seen(request);
    }

    @Get("v1/headers")
    @RequirePermission("customer.account.read")
    headers(@Res({ passthrough: true }) reply: FastifyReply) {
      void reply.headers({ "x-powered-by": "a secret", server: "a secret", "set-cookie": "a=b", "retry-after": "7" });
      return {};
    }

    /** Hangs up without an answer. */
    @Get("v1/broken")
    @RequirePermission("customer.account.read")
    broken(@Req() request: FastifyRequest): Promise<void> {
      seen(request);
      request.raw.socket.destroy();
      return new Promise(() => undefined);
    }

    @Post("v1/broken")
    @RequirePermission("customer.account.write")
    brokenWrite(@Req() request: FastifyRequest): Promise<void> {
      return this.broken(request);
    }

    /** Hangs up in the middle of its answer. */
    @Get("v1/half")
    @RequirePermission("customer.account.read")
    half(@Res() reply: FastifyReply) {
      reply.hijack();
      reply.raw.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      reply.raw.write("{");
      setTimeout(() => reply.raw.destroy(), 20);
    }

    /** Answers at the event `release`. */
    @Get("v1/held")
    @RequirePermission("customer.account.read")
    async held(@Req() request: FastifyRequest): Promise<object> {
      seen(request);
      await once(events, "release");
      return {};
    }

    /** More than all buffers on the way hold. */
    @Get("v1/large")
    @RequirePermission("customer.account.read")
    large(@Res() reply: FastifyReply) {
      const chunk = Buffer.alloc(64 * 1024, "x");
      void reply.header("content-type", "text/plain").send(Readable.from(Array<Buffer>(1_024).fill(chunk)));
    }

    /** Never answers. */
    @Get("v1/slow")
    @RequirePermission("customer.account.read")
    slow(@Req() request: FastifyRequest): Promise<void> {
      request.raw.socket.once("close", () => events.emit("gone"));
      events.emit("started");
      return new Promise(() => undefined);
    }

    /** Answers one chunk per event `more`, and ends at `end`. */
    @Get("v1/stream")
    @RequirePermission("customer.account.read")
    stream(@Res() reply: FastifyReply) {
      const stream = new PassThrough();
      events.on("more", (text: string) => stream.write(text));
      events.once("end", () => stream.end());
      stream.once("close", () => events.emit("closed"));
      stream.write("first ");
      void reply.header("content-type", "text/plain").send(stream);
    }
  }

  @Module({
    controllers: [UpstreamController],
    providers: [...internalAuth(name, secret), { provide: APP_FILTER, useClass: ProblemFilter }],
  })
  class UpstreamModule {}

  const app = await NestFactory.create<NestFastifyApplication>(UpstreamModule, httpServer(), {
    bodyParser: false,
    logger: false,
  });
  await app.listen(port, "127.0.0.1");
  const address = app.getHttpServer().address() as { port: number };
  return Object.assign(upstream, {
    name,
    secret,
    port: address.port,
    arrivals,
    events,
    close: async () => {
      (app.getHttpServer() as { closeAllConnections(): void }).closeAllConnections();
      await app.close();
    },
  });
}
