import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import { Module, type OnModuleInit } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AccessModule } from "../access/access.module.ts";
import { AuditModule } from "../audit/audit.module.ts";
import { Config } from "../gateway-config.ts";
import { RoutingModule } from "../routing/routing.module.ts";
import { checkEdge } from "./edge.ts";
import { Limits } from "./limits.ts";
import { OwnRoutes } from "./own-routes.ts";
import { ProxyService } from "./proxy.service.ts";

@Module({ imports: [AccessModule, AuditModule, RoutingModule], providers: [ProxyService, Limits, OwnRoutes] })
export class ProxyModule implements OnModuleInit {
  private readonly fastify: FastifyInstance;

  constructor(
    host: HttpAdapterHost,
    private readonly config: Config,
    private readonly proxy: ProxyService,
    private readonly limits: Limits,
    own: OwnRoutes,
  ) {
    this.fastify = host.httpAdapter.getInstance<FastifyInstance>();
    own.watch(this.fastify);
  }

  onModuleInit(): void {
    const { fastify, config, proxy } = this;
    void fastify.register(helmet, {
      global: false, // what is proxied has headers of its own, see headers.ts
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } }, // plain http inside a company's network
      strictTransportSecurity: config.publicUrl.startsWith("https:"),
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
        exposedHeaders: ["etag", "location", "retry-after", "idempotent-replayed"],
      });
    }
    void fastify.register(proxy.plugin);
  }

  /** @throws Problem */
  private check(request: FastifyRequest, reply: FastifyReply): void {
    const isProxied = request.routeOptions.url === "/*";
    if (!isProxied) void reply.helmet();
    checkEdge(request);
    const isFree = request.method === "OPTIONS" || request.routeOptions.url?.startsWith("/health/");
    if (!isProxied && !isFree) this.limits.address(request.ip, reply);
  }
}
