import { Unauthenticated } from "@kehu/auth";
import { Forbidden, NotFound, Problem } from "@kehu/contracts";
import { problemOf, sendProblem } from "@kehu/http";
import { Injectable, Logger } from "@nestjs/common";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Authenticator } from "../access/authenticator.ts";
import { claimsOf, type SessionState } from "../access/session-states.ts";
import type { AuditedRequest } from "../audit/audited-request.ts";
import { Origins } from "../audit/origins.service.ts";
import { Config } from "../gateway-config.ts";
import { keyOf, Limits } from "../limits/limits.service.ts";
import { Load } from "../limits/load.ts";
import { networkOf } from "../limits/network.ts";
import { costOf } from "../routing/cost.ts";
import { METHODS } from "../routing/document.ts";
import type { Operation } from "../routing/openapi.ts";
import { RouteTable } from "../routing/route-table.ts";
import { Upstreams } from "../routing/upstreams.ts";
import { pathOf } from "./edge.ts";
import { forward } from "./forward.ts";
import { headersOf } from "./headers.ts";
import { internalToken } from "./internal-tokens.ts";
import { OwnRoutes } from "./own-routes.ts";
import { requestBody } from "./request-body.ts";

/** Everything that is not a route of the gateway itself: found in the route table, checked, and sent on. */
@Injectable()
export class ProxyService {
  private readonly log = new Logger(ProxyService.name);

  constructor(
    private readonly table: RouteTable,
    private readonly own: OwnRoutes,
    private readonly upstreams: Upstreams,
    private readonly authenticator: Authenticator,
    private readonly limits: Limits,
    private readonly load: Load,
    private readonly config: Config,
    private readonly origins: Origins,
  ) {}

  /** A Fastify scope of its own, in which bodies are not parsed. */
  readonly plugin = (scope: FastifyInstance, _options: object, done: () => void): void => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, payload, parsed) => parsed(null, payload));
    scope.setErrorHandler((error: FastifyError, request, reply) => this.fail(error, request, reply));
    // HEAD comes with GET; OPTIONS is for @fastify/cors, or for nobody.
    scope.route({ method: [...METHODS], url: "/*", handler: (request, reply) => this.handle(request, reply) });
    done();
  };

  private async handle(request: FastifyRequest & AuditedRequest, reply: FastifyReply): Promise<Buffer | undefined> {
    const url = request.raw.url ?? "/";
    const operation = this.find(request, pathOf(url), reply);
    request.operation = operation;
    const state = await this.caller(operation, request, reply);
    const upstream = this.upstreams.get(operation.service);
    const token = state && internalToken(state, operation, upstream, Date.now());
    const kept = this.origins.keep(request, operation.path);
    const [body] = await Promise.all([requestBody(request.raw, operation), kept]);
    this.enter(upstream.name, state, request, reply);
    const { isSecure } = this.config;
    return forward(request, reply, { pool: upstream.pool, path: url, token, body, isSecure });
  }

  private enter(service: string, state: SessionState | undefined, request: FastifyRequest, reply: FastifyReply): void {
    try {
      this.load.enter(service, state ? keyOf(state) : networkOf(request.ip), reply.raw);
    } catch (error) {
      // A body that was not read to its end would be taken for the next request.
      if (!request.raw.complete) void reply.header("connection", "close");
      throw error;
    }
  }

  private find(request: FastifyRequest, path: string, reply: FastifyReply): Operation {
    const match = this.table.find(request.method, path);
    if ("operation" in match) return match.operation;
    this.limits.stranger(request.ip, 1, reply);
    const allowed = [...new Set([...match.allowed, ...this.own.methods(path)])];
    if (allowed.length === 0) throw new NotFound();
    void reply.header("allow", allowed.join(", "));
    throw new Problem(405, "method.not-allowed", `This path takes ${allowed.join(", ")}.`, { allowed });
  }

  /** The caller, where the operation asks for one, after permission and rate limit. */
  private async caller(
    operation: Operation,
    request: FastifyRequest & AuditedRequest,
    reply: FastifyReply,
  ): Promise<SessionState | undefined> {
    const { permission } = operation.access;
    const cost = costOf(operation, request.raw.url ?? "");
    if (permission === "public") {
      this.limits.stranger(request.ip, cost, reply);
      return undefined;
    }
    const state = await this.authenticator.authenticate(request).catch((error: unknown) => {
      if (error instanceof Unauthenticated) this.limits.stranger(request.ip, 1, reply);
      throw error;
    });
    request.caller = claimsOf(state);
    this.limits.caller(state, request.ip, cost, reply);
    if (permission !== "own" && state.grants[permission] === undefined) {
      throw new Forbidden("permission.denied", `This needs the permission ${permission}.`);
    }
    return state;
  }

  private fail(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
    const problem = problemOf(error);
    if (problem.status >= 500 && !((error as Error) instanceof Problem))
      this.log.error({ traceId: request.id, code: problem.code, error: error.stack });
    if (problem.status === 401) void reply.header("www-authenticate", "Bearer");
    void reply.headers(headersOf(this.config.isSecure)).header("cache-control", "no-store");
    sendProblem(request, reply, problem);
  }
}
