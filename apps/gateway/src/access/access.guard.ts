import { accessOf, contextOf, type IncomingRequest, type RequestWithContext } from "@kehu/auth";
import { Forbidden } from "@kehu/contracts";
import { Injectable, type CanActivate, type ExecutionContext } from "@nestjs/common";
import { Authenticator } from "./authenticator.ts";

/** The gateway's own routes: deny by default, then the permission that the handler declares. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly authenticator: Authenticator) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== "http") return true;
    const access = accessOf(context.getHandler(), context.getClass());
    if (!access) throw new Forbidden("permission.undeclared", "This operation declares no permission.");
    if (access.permission === "public") return true;
    const request = context.switchToHttp().getRequest<IncomingRequest & RequestWithContext>();
    const { userId, sessionId, grants, fieldRules, place } = await this.authenticator.authenticate(request);
    const claims = { actorType: "user", actorId: userId, sessionId, grants, fieldRules, place } as const;
    request.who = contextOf(request, claims, access);
    return true;
  }
}
