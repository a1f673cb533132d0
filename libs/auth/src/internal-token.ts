import type { KeyObject } from "node:crypto";
import jwt from "jsonwebtoken";
import { FIELD_ACCESS, NO_RULES, SCOPES, type FieldRules, type Place, type Scope } from "./request-context.ts";

export const INTERNAL_ISSUER = "kehu-gateway";
/** Seconds that an internal token is good for. */
export const INTERNAL_LIFETIME = 60;

/** What the gateway tells one service about the caller. */
export interface InternalClaims {
  /** Never `system`: what a system does by itself does not come over HTTP, and its context passes every row. */
  actorType: "user" | "api-key";
  /** The user; of a key, its owner. */
  actorId: string;
  /** The session; of a key, its id. */
  sessionId: string | null;
  /** Permission -> scope: those of the service, and of what the operation also reads. */
  grants: Readonly<Record<string, Scope>>;
  /** Those of every concept: a name beside a reference is a field of another service's record. */
  fieldRules: FieldRules;
  place: Place | null;
  /** IANA name of the user's own time zone; null where he has the company's. */
  timeZone: string | null;
}

/**
 * Signs a token for one service (HS256).
 *
 * @param key the secret that gateway and this one service share
 * @param service the audience (`customer`)
 */
export function signInternalToken(claims: InternalClaims, service: string, key: KeyObject): string {
  const { actorType, actorId, sessionId, grants, fieldRules, place, timeZone } = claims;
  const rules = Object.keys(fieldRules).length ? { rules: fieldRules } : {};
  const zone = timeZone === null ? {} : { zone: timeZone };
  return jwt.sign({ act: actorType, sid: sessionId, grants, ...rules, place, ...zone }, key, {
    algorithm: "HS256",
    issuer: INTERNAL_ISSUER,
    audience: service,
    subject: actorId,
    expiresIn: INTERNAL_LIFETIME,
  });
}

/**
 * The claims of a payload whose signature, issuer, audience and expiry are good.
 *
 * @returns undefined where something is missing, has a wrong type, or lives longer than an internal token may
 */
export function readInternalClaims(payload: Record<string, unknown>): (InternalClaims & { exp: number }) | undefined {
  const { act, sub, sid, grants, rules = NO_RULES, place, zone = null, exp, iat } = payload;
  if (act !== "user" && act !== "api-key") return undefined;
  if (typeof sub !== "string" || sub === "") return undefined;
  if (sid !== null && typeof sid !== "string") return undefined;
  if (zone !== null && typeof zone !== "string") return undefined;
  if (typeof exp !== "number" || typeof iat !== "number" || exp - iat > INTERNAL_LIFETIME) return undefined;
  if (!isGrants(grants) || !isRules(rules) || !isPlace(place)) return undefined;
  return { actorType: act, actorId: sub, sessionId: sid, grants, fieldRules: rules, place, timeZone: zone, exp };
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isGrants(value: unknown): value is Record<string, Scope> {
  return isMap(value) && Object.values(value).every((scope) => SCOPES.includes(scope as Scope));
}

function isRules(value: unknown): value is FieldRules {
  const known: readonly unknown[] = FIELD_ACCESS;
  return (
    isMap(value) &&
    Object.values(value).every((fields) => isMap(fields) && Object.values(fields).every((one) => known.includes(one)))
  );
}

function isPlace(value: unknown): value is Place | null {
  if (value === null) return true;
  const { teamId, path } = (value ?? {}) as Partial<Place>;
  return typeof teamId === "string" && typeof path === "string";
}
