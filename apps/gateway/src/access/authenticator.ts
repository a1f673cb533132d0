import { bearerOf, Unauthenticated, VerifiedTokens, type IncomingRequest } from "@kehu/auth";
import { Unavailable } from "@kehu/contracts";
import { Injectable } from "@nestjs/common";
import passport from "passport";
import type { AccessClaims } from "./access-token.ts";
import { AuthChanges } from "./auth-changes.ts";
import { SessionStates, type SessionState } from "./session-states.ts";

type Authenticate = (
  strategy: string,
  options: { session: false },
  done: (error: Error | null, claims: AccessClaims | false) => void,
) => (request: unknown, response: unknown, next: (error: unknown) => void) => void;

/** Says who the caller is and what he may do now. */
@Injectable()
export class Authenticator {
  private readonly verified = new VerifiedTokens<AccessClaims>(10_000);

  constructor(
    private readonly sessions: SessionStates,
    private readonly changes: AuthChanges,
  ) {}

  /**
   * @throws Unauthenticated without a good token, or where its session or user is no longer active
   * @throws Unavailable when what sessions may do cannot be known
   */
  async authenticate(request: Pick<IncomingRequest, "headers">): Promise<SessionState> {
    const token = bearerOf(request);
    if (token === undefined) throw new Unauthenticated();
    const now = Date.now();
    const claims = this.verified.get(token, now) ?? (await this.verify(request, token));
    if (this.changes.blind) throw new Unavailable("session.unknown", "The state of sessions cannot be read now.");
    const state = await this.sessions.get(claims.sessionId, now);
    if (!state || state.userId !== claims.userId) throw new Unauthenticated();
    return state;
  }

  /** Asks the strategy `access` and remembers that the signature was good, nothing else. */
  private async verify(request: Pick<IncomingRequest, "headers">, token: string): Promise<AccessClaims> {
    const claims = await new Promise<AccessClaims | false>((resolve, reject) => {
      const decide = (error: Error | null, found: AccessClaims | false) => (error ? reject(error) : resolve(found));
      (passport.authenticate as Authenticate)("access", { session: false }, decide)(
        { headers: request.headers },
        {},
        reject,
      );
    });
    if (!claims) throw new Unauthenticated();
    this.verified.set(token, claims, claims.exp);
    return claims;
  }
}
