import { createSecretKey } from "node:crypto";
import { Injectable, type ExecutionContext, type Provider } from "@nestjs/common";
import { APP_GUARD } from "@nestjs/core";
import { AuthGuard, PassportStrategy } from "@nestjs/passport";
import { Forbidden } from "@kehu/contracts";
import { Strategy } from "passport-jwt";
import { accessOf, type RequestWithContext } from "./decorators.ts";
import { INTERNAL_ISSUER, readInternalClaims, type InternalClaims } from "./internal-token.ts";
import { bearerOf, contextOf, Unauthenticated, type IncomingRequest } from "./request.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

type Verified = InternalClaims & { exp: number };

/**
 * Providers that let a service accept the gateway's token and nothing else: a passport-jwt strategy (HS256 pinned,
 * issuer and audience required) and the global guard that checks the permission of each handler and puts the
 * `RequestContext` on the request. Health routes and the like are `@Public()`.
 *
 * @param service the service's name (`customer`), the audience of its tokens
 * @param secret the secret that it shares with the gateway
 */
export function internalAuth(service: string, secret: string): Provider[] {
  const name = `internal-${service}`;

  class InternalStrategy extends PassportStrategy(Strategy, name) {
    constructor() {
      super({
        jwtFromRequest: (request: IncomingRequest) => bearerOf(request) ?? null,
        secretOrKey: createSecretKey(Buffer.from(secret)) as unknown as Buffer, // typed as Buffer, read as a KeyObject
        algorithms: ["HS256"],
        issuer: INTERNAL_ISSUER,
        audience: service,
      });
    }

    validate(payload: Record<string, unknown>): Verified | false {
      return readInternalClaims(payload) ?? false;
    }
  }

  @Injectable()
  class InternalAuthGuard extends AuthGuard(name) {
    private readonly verified = new VerifiedTokens<Verified>(2_000);

    override async canActivate(context: ExecutionContext): Promise<boolean> {
      if (context.getType() !== "http") return true;
      const access = accessOf(context.getHandler(), context.getClass());
      if (!access) throw new Forbidden("permission.undeclared", "This operation declares no permission.");
      if (access.permission === "public") return true;
      const request = context.switchToHttp().getRequest<IncomingRequest & RequestWithContext>();
      request.who = contextOf(request, await this.claimsOf(context, request), access);
      return true;
    }

    override handleRequest<Claims>(_error: unknown, claims: Claims | false): Claims {
      if (!claims) throw new Unauthenticated();
      return claims;
    }

    private async claimsOf(context: ExecutionContext, request: IncomingRequest): Promise<Verified> {
      const token = bearerOf(request);
      if (token === undefined) throw new Unauthenticated();
      const known = this.verified.get(token, Date.now());
      if (known) return known;
      await super.canActivate(context);
      const claims = (request as unknown as { user: Verified }).user;
      this.verified.set(token, claims, claims.exp);
      return claims;
    }
  }

  return [
    { provide: InternalStrategy, useClass: InternalStrategy },
    { provide: APP_GUARD, useClass: InternalAuthGuard },
  ];
}
