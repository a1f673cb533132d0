import { accessOf, contextOf, type RequestWithContext } from "@kehu/auth";
import { Forbidden } from "@kehu/contracts";
import { Injectable, type CanActivate, type ExecutionContext } from "@nestjs/common";
import type { FastifyRequest } from "fastify";
import type { AuditedRequest } from "../audit/audited-request.ts";
import { Origins } from "../audit/origins.service.ts";
import { Authenticator } from "./authenticator.ts";
import { isForPeople } from "./people-only.ts";
import { claimsOf } from "./session-states.ts";

/** The gateway's own routes: deny by default, then the permission that the handler declares. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly origins: Origins,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== "http") return true;
    const access = accessOf(context.getHandler(), context.getClass());
    if (!access) throw new Forbidden("permission.undeclared", "This operation declares no permission.");
    const request = context.switchToHttp().getRequest<FastifyRequest & RequestWithContext & AuditedRequest>();
    const path = request.routeOptions.url ?? "/";
    request.operation = { path, access };
    if (access.permission !== "public") {
      const state = await this.authenticator.authenticate(request);
      const claims = claimsOf(state);
      request.caller = claims;
      if (state.actorType === "api-key" && isForPeople(access, context.getHandler()))
        throw new Forbidden("api-key.not-allowed", "This is for people who have signed in, not for API keys.");
      request.who = contextOf(request, claims, access);
    }
    await this.origins.keep(request, path);
    return true;
  }
}
