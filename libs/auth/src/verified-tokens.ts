import { LRUCache } from "lru-cache";

/**
 * Remembers, per token string, that a signature was good and what the token says, until the token expires. It knows
 * nothing about sessions, users or roles: those are asked for on every request.
 */
export class VerifiedTokens<Claims> {
  private readonly entries: LRUCache<string, { claims: Claims; exp: number }>;

  /** @param capacity the most tokens to remember; what was used longest ago is forgotten first */
  constructor(capacity: number) {
    this.entries = new LRUCache({ max: capacity });
  }

  /** @param now milliseconds since 1970 */
  get(token: string, now: number): Claims | undefined {
    const entry = this.entries.get(token);
    if (!entry) return undefined;
    if (now < entry.exp * 1000) return entry.claims;
    this.entries.delete(token);
    return undefined;
  }

  /** @param exp seconds since 1970, as in the token */
  set(token: string, claims: Claims, exp: number): void {
    this.entries.set(token, { claims, exp });
  }
}
