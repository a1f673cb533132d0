import { randomUUID } from "node:crypto";
import jwt from "jsonwebtoken";
import { ACCESS_LIFETIME } from "../keys/key-ring.ts";
import type { SigningKey } from "../keys/key-files.ts";
import type { Caller } from "./session-states.ts";

export const ISSUER = "kehu";
export const AUDIENCE = "kehu";

/** What an access token says. What its session, user and roles may do is asked for on every request. */
export interface AccessClaims extends Caller {
  /** seconds since 1970 */
  exp: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Header parameters that our own tokens have; any other (jwk, jku, x5u, crit, b64) is an attempt. */
const HEADER_PARAMETERS = new Set(["alg", "typ", "kid"]);

/** Signs an access token (ES256, RFC 7518). */
export function signAccessToken(userId: string, sessionId: string, key: SigningKey): string {
  return jwt.sign({ sid: sessionId }, key.privateKey, {
    algorithm: "ES256",
    keyid: key.kid,
    issuer: ISSUER,
    audience: AUDIENCE,
    subject: userId,
    expiresIn: ACCESS_LIFETIME,
    jwtid: randomUUID(),
  });
}

/** The `kid` of a token that is not verified yet, or undefined where its header is not one of ours. */
export function keyIdOf(token: string): string | undefined {
  const decoded = jwt.decode(token, { complete: true });
  const header = decoded?.header as Record<string, unknown> | undefined;
  if (!header || typeof decoded?.payload !== "object" || (decoded.payload as object | null) === null) return undefined;
  if (Object.keys(header).some((name) => !HEADER_PARAMETERS.has(name))) return undefined;
  return header.alg === "ES256" && typeof header.kid === "string" ? header.kid : undefined;
}

/** The claims of a payload whose signature, issuer, audience and expiry are good; undefined where one is missing or odd. */
export function readAccessClaims(payload: Record<string, unknown>): AccessClaims | undefined {
  const { sub, sid, jti, aud, iat, exp } = payload;
  if (!isId(sub) || !isId(sid) || typeof jti !== "string" || aud !== AUDIENCE) return undefined;
  if (!Number.isSafeInteger(exp) || !Number.isSafeInteger(iat)) return undefined;
  if ((exp as number) - (iat as number) > ACCESS_LIFETIME) return undefined;
  return { actorType: "user", userId: sub, sessionId: sid, exp: exp as number };
}

function isId(value: unknown): value is string {
  return typeof value === "string" && UUID.test(value);
}
