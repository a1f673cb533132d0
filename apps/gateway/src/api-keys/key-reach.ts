import type { RequestContext, Scope } from "@kehu/auth";

/** Everybody reaches his own keys; who holds the permissions of keys sees and revokes those of others, too. */
export function asKeeper(who: RequestContext): RequestContext {
  return reaching(who, who.grants["identity.api-key.write"] ?? "own");
}

/** Whoever may revoke keys of others changes none of them. */
export function asOwner(who: RequestContext): RequestContext {
  return reaching(who, "own");
}

function reaching(who: RequestContext, write: Scope): RequestContext {
  const read = who.grants["identity.api-key.read"] ?? who.grants["identity.api-key.write"] ?? "own";
  const grants = { ...who.grants, "identity.api-key.read": read, "identity.api-key.write": write };
  return { ...who, grants, permission: "identity.api-key.write" };
}
