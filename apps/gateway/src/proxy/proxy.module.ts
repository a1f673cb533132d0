import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import { Module, type OnModuleInit } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AccessModule } from "../access/access.module.ts";
import { AuditModule } from "../audit/audit.module.ts";
import { Config } from "../gateway-config.ts";
import { RoutingModule } from "../routing/routing.module.ts";
import { LimitsModule } from "../limits/limits.module.ts";
import { Limits } from "../limits/limits.service.ts";
import { Load } from "../limits/load.ts";
import { isHealth, OwnCosts } from "../limits/own-costs.ts";
import { checkEdge, pathOf } from "./edge.ts";
import { headersOf } from "./headers.ts";
import { OwnRoutes } from "./own-routes.ts";
import { ProxyService } from "./proxy.service.ts";

@Module({ imports: [AccessModule, AuditModule, LimitsModule, RoutingModule], providers: [ProxyService, OwnRoutes] })
export class ProxyModule implements OnModuleInit {
  private readonly fastify: FastifyInstance;

  constructor(
    host: HttpAdapterHost,
    private readonly config: Config,
    private readonly proxy: ProxyService,
    private readonly limits: Limits,
    private readonly load: Load,
    private readonly costs: OwnCosts,
    own: OwnRoutes,
  ) {
    this.fastify = host.httpAdapter.getInstance<FastifyInstance>();
    own.watch(this.fastify);
  }

  onModuleInit(): void {
    const { fastify, config, proxy } = this;
    void fastify.register(helmet, {
      global: false, // for the page of the API; all other answers have the headers of headers.ts
      contentSecurityPolicy: {
        directives: {
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
          upgradeInsecureRequests: null, // plain http inside a company's network
        },
      },
      strictTransportSecurity: config.isSecure && { maxAge: 31_536_000 },
      xFrameOptions: { action: "deny" },
    });
    fastify.addHook("onRequest", (request, reply, done) => {
      try {
        this.check(request, reply);
        done();
      } catch (error) {
        done(error as Error);
      }
    });
    if (config.corsOrigins.length > 0) {
      void fastify.register(cors, {
        origin: config.corsOrigins,
        methods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
        exposedHeaders: ["etag", "location", "retry-after", "idempotent-replayed", "ratelimit", "ratelimit-policy"],
      });
    }
    void fastify.register(proxy.plugin);
  }

  /** @throws Problem */
  private check(request: FastifyRequest, reply: FastifyReply): void {
    const { url } = request.routeOptions;
    const isProxied = url === "/*";
    if (!isProxied) this.sayHeaders(request, reply);
    checkEdge(request);
    if (request.method === "OPTIONS" || isHealth(url)) return;
    this.load.check();
    if (!isProxied && request.headers.authorization === undefined)
      this.limits.stranger(request.ip, this.costs.of(request), reply);
  }

  private sayHeaders(request: FastifyRequest, reply: FastifyReply): void {
    const path = pathOf(request.raw.url ?? "");
    if (path === "/docs" || path.startsWith("/docs/")) void reply.helmet();
    else void reply.headers(headersOf(this.config.isSecure));
    if (path.startsWith("/v1/")) void reply.header("cache-control", "no-store");
  }
}
