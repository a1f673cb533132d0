import { hash } from "node:crypto";
import { Forbidden, Malformed, Problem } from "@kehu/contracts";
import type { Access } from "./decorators.ts";
import type { InternalClaims } from "./internal-token.ts";
import type { IdempotencyKey, RequestContext } from "./request-context.ts";

/** The parts of a Fastify request that the context is made of. */
export interface IncomingRequest {
  id: string;
  method: string;
  url: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body?: unknown;
}

/** 401: who the caller is cannot be told. One text for every cause. */
export class Unauthenticated extends Problem {
  constructor() {
    super(401, "authentication.required", "Send a valid token in the header Authorization.");
  }
}

/** The token of `Authorization: Bearer <token>`, or undefined. */
export function bearerOf(request: Pick<IncomingRequest, "headers">): string | undefined {
  const header = request.headers.authorization;
  if (typeof header !== "string") return undefined;
  return /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(header)?.[1];
}

/**
 * The context of a request by a caller who is known.
 *
 * @throws Forbidden when the caller lacks the permission that the operation declares
 * @throws Malformed when If-Match or Idempotency-Key cannot be read
 */
export function contextOf(request: IncomingRequest, claims: InternalClaims, access: Access): RequestContext {
  const { permission } = access;
  if (permission !== "public" && permission !== "own" && !Object.hasOwn(claims.grants, permission)) {
    throw new Forbidden("permission.denied", `This needs the permission ${permission}.`);
  }
  return {
    actorType: claims.actorType,
    actorId: claims.actorId,
    sessionId: claims.sessionId,
    origin: "api",
    requestId: request.id,
    grants: claims.grants,
    fieldRules: claims.fieldRules,
    place: claims.place,
    permission,
    ifMatch: ifMatchOf(request),
    idempotency: idempotencyOf(request),
    jobId: null,
    language: languageOf(request.headers["accept-language"]),
    timeZone: claims.timeZone,
  };
}

function ifMatchOf(request: IncomingRequest): number | null {
  const header = request.headers["if-match"];
  if (header === undefined) return null;
  const version = typeof header === "string" ? /^"([1-9]\d{0,8})"$/.exec(header)?.[1] : undefined;
  if (version === undefined)
    throw new Malformed("if-match.malformed", "If-Match takes one version in quotes, as in ETag.");
  return Number(version);
}

function idempotencyOf(request: IncomingRequest): IdempotencyKey | null {
  const key = request.headers["idempotency-key"];
  if (key === undefined || (request.method !== "POST" && request.method !== "PATCH")) return null;
  if (typeof key !== "string" || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Malformed("idempotency-key.malformed", "Idempotency-Key takes 1 to 255 visible ASCII characters.");
  }
  const body = JSON.stringify(request.body ?? null);
  return {
    key,
    route: `${request.method} ${request.url.split("?", 1)[0]}`,
    bodyHash: hash("sha256", body),
  };
}

/** The better of the two languages by the weights of Accept-Language (RFC 9110, section 12.5.4); English where equal. */
function languageOf(header: string | string[] | undefined): RequestContext["language"] {
  if (typeof header !== "string") return "en";
  const weight = { en: 0, zh: 0 };
  for (const part of header.split(",").slice(0, 20)) {
    const match = /^\s*(en|zh)(?:-[\w-]+)?\s*(?:;\s*q=(\d(?:\.\d{1,3})?))?\s*$/i.exec(part);
    if (!match?.[1]) continue;
    const language = match[1].toLowerCase() as "en" | "zh";
    weight[language] = Math.max(weight[language], Number(match[2] ?? 1));
  }
  return weight.zh > weight.en ? "zh-CN" : "en";
}
