import { signInternalToken, type Permission, type Scope } from "@kehu/auth";
import { claimsOf, type Grants, type SessionState } from "../access/session-states.ts";
import type { Upstream } from "../gateway-config.ts";
import type { Operation } from "../routing/openapi.ts";

/** Below the token's 60 s, so that what is sent is good for half a minute at least. */
const KEEP_MS = 30_000;

/**
 * The token that tells one service who calls and what he may do there: the grants of the service itself, and of what
 * the operation also reads. Kept with the session's state, so a change of session, user or role drops it.
 */
export function internalToken(state: SessionState, operation: Operation, upstream: Upstream, now: number): string {
  const { alsoReads } = operation.access;
  const key = alsoReads.length === 0 ? upstream.name : `${upstream.name} ${alsoReads.join(" ")}`;
  const kept = state.internalTokens.get(key);
  if (kept && now < kept.until) return kept.token;
  const grants = grantsFor(state.grants, upstream.name, alsoReads);
  const token = signInternalToken({ ...claimsOf(state), grants }, upstream.name, upstream.key);
  state.internalTokens.set(key, { token, until: now + KEEP_MS });
  return token;
}

function grantsFor(grants: Grants, service: string, alsoReads: readonly Permission[]): Record<string, Scope> {
  const entries = Object.entries(grants) as [Permission, Scope][];
  return Object.fromEntries(
    entries.filter(
      ([name]) => name.startsWith(`${service}.`) || name.startsWith("operations.") || alsoReads.includes(name),
    ),
  );
}
