import { bearerOf, Unauthenticated, VerifiedTokens, type IncomingRequest } from "@kehu/auth";
import { Unavailable } from "@kehu/contracts";
import { Injectable } from "@nestjs/common";
import passport from "passport";
import type { AccessClaims } from "./access-token.ts";
import { ApiKeyProofs } from "./api-key-proofs.ts";
import { isApiKey } from "./api-key-token.ts";
import { AuthChanges } from "./auth-changes.ts";
import { SessionStates, type Caller, type SessionState } from "./session-states.ts";

/** A request as Fastify hands it over. */
export type Incoming = IncomingRequest & { readonly raw: { readonly rawHeaders: readonly string[] } };

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
    private readonly apiKeys: ApiKeyProofs,
    private readonly changes: AuthChanges,
  ) {}

  /**
   * @throws Unauthenticated without a good token or API key, or where its session, key or user is no longer active
   * @throws Unavailable when what sessions may do cannot be known
   */
  async authenticate(request: Pick<Incoming, "headers" | "raw">): Promise<SessionState> {
    const token = hasOneAuthorization(request) ? bearerOf(request) : undefined;
    if (token === undefined) throw new Unauthenticated();
    const now = Date.now();
    if (!isApiKey(token))
      return this.stateOf(this.verified.get(token, now) ?? (await this.verify(request, token)), now);
    const key = await this.apiKeys.prove(token, now);
    if (!key) throw new Unauthenticated();
    const state = await this.stateOf(key, now);
    this.apiKeys.noteUse(key, now);
    return state;
  }

  private async stateOf(caller: Caller, now: number): Promise<SessionState> {
    if (this.changes.blind) throw new Unavailable("session.unknown", "The state of sessions cannot be read now.");
    const state = await this.sessions.get(caller, now);
    if (!state) throw new Unauthenticated();
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

/** Of several headers Authorization Node hands over the first: somebody on the way may have gone by another. */
function hasOneAuthorization({ raw: { rawHeaders } }: Pick<Incoming, "raw">): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (/^authorization$/i.test(rawHeaders[at]!)) count += 1;
  return count === 1;
}
