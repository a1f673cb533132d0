import { accessOf, contextOf, Unauthenticated, type Access, type RequestWithContext } from "@kehu/auth";
import { Forbidden } from "@kehu/contracts";
import { Injectable, type CanActivate, type ExecutionContext } from "@nestjs/common";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { AuditedRequest } from "../audit/audited-request.ts";
import { Origins } from "../audit/origins.service.ts";
import { keyOf, Limits } from "../limits/limits.service.ts";
import { Load } from "../limits/load.ts";
import { networkOf } from "../limits/network.ts";
import { isHealth, OwnCosts } from "../limits/own-costs.ts";
import { Authenticator } from "./authenticator.ts";
import { isForPeople } from "./people-only.ts";
import { claimsOf, type SessionState } from "./session-states.ts";

type Request = FastifyRequest & RequestWithContext & AuditedRequest;

/** The gateway's own routes: deny by default, then rate and load, then the permission that the handler declares. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly origins: Origins,
    private readonly limits: Limits,
    private readonly load: Load,
    private readonly costs: OwnCosts,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== "http") return true;
    const access = accessOf(context.getHandler(), context.getClass());
    if (!access) throw new Forbidden("permission.undeclared", "This operation declares no permission.");
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const reply = http.getResponse<FastifyReply>();
    const path = request.routeOptions.url ?? "/";
    if (isHealth(path)) return true;
    request.operation = { path, access };
    const state = await this.caller(access, request, reply);
    if (state) {
      const claims = claimsOf(state);
      if (state.actorType === "api-key" && isForPeople(access, context.getHandler()))
        throw new Forbidden("api-key.not-allowed", "This is for people who have signed in, not for API keys.");
      request.who = contextOf(request, claims, access);
    }
    this.load.enter("gateway", state ? keyOf(state) : networkOf(request.ip), reply.raw);
    await this.origins.keep(request, path);
    return true;
  }

  /** Who asks, where somebody must; counted either way. What names nobody was counted before its body was read. */
  private async caller(access: Access, request: Request, reply: FastifyReply): Promise<SessionState | undefined> {
    const cost = this.costs.of(request);
    const namesNobody = request.headers.authorization === undefined;
    if (access.permission === "public") {
      if (!namesNobody) this.limits.stranger(request.ip, cost, reply);
      return undefined;
    }
    const state = await this.authenticator.authenticate(request).catch((error: unknown) => {
      if (error instanceof Unauthenticated && !namesNobody) this.limits.stranger(request.ip, 1, reply);
      throw error;
    });
    request.caller = claimsOf(state);
    this.limits.caller(state, request.ip, cost, reply);
    return state;
  }
}
