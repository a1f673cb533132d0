import type { Actor } from "@kehu/contracts";

/** How far a permission reaches, from the narrowest: what is one's own, one's team's, that of all teams below it, too. */
export const SCOPES = ["own", "team", "subtree", "all"] as const;
export type Scope = (typeof SCOPES)[number];

/** @returns true where `scope` reaches as far as `other`, or further; what is not granted reaches nowhere */
export function reaches(scope: Scope | undefined, other: Scope): boolean {
  return scope !== undefined && SCOPES.indexOf(scope) >= SCOPES.indexOf(other);
}

/** What a role closes of a field: everything, or changing it. */
export const FIELD_ACCESS = ["hidden", "read-only"] as const;
export type FieldAccess = (typeof FIELD_ACCESS)[number];

/** Area and concept (`sales.lead`) -> field -> what is closed to the caller. What is not named is open. */
export type FieldRules = Readonly<Record<string, Readonly<Record<string, FieldAccess>>>>;

/** Nothing is closed. */
export const NO_RULES: FieldRules = {};

/** The caller's place in the tree of teams. */
export interface Place {
  teamId: string;
  /** ltree: a label per team, from the root. */
  path: string;
}

/** The key of a request that must have one effect only, however often it is sent. */
export interface IdempotencyKey {
  key: string;
  /** Method and path; the key belongs to user and route. */
  route: string;
  /** SHA-256 of the body. */
  bodyHash: string;
}

/** The caller of an operation, and what he may do. Every read and every change takes one. */
export interface RequestContext extends Actor {
  /** Permission -> scope, from the internal token. */
  grants: Readonly<Record<string, Scope>>;
  fieldRules: FieldRules;
  /** Null for who is in no team: `team` and `subtree` reach what is his own then. */
  place: Place | null;
  /** The permission that the running operation declares. */
  permission: string;
  /** The version in If-Match, where the caller sent one. */
  ifMatch: number | null;
  idempotency: IdempotencyKey | null;
  /** The job (import) that this change belongs to, where one does. */
  jobId: string | null;
  language: "en" | "zh-CN";
  /** IANA name of the time zone in which the caller's days begin; null: in the company's. */
  timeZone: string | null;
}

/**
 * The context of work that Kehu does by itself, such as following another service's event. It may do everything.
 *
 * @param part name of the part that acts, stable (`lead-conversion`)
 * @param cause id of the event that is followed, and the request that caused it
 */
export function systemContext(
  part: string,
  cause: { id: string; correlationid: string; origin: Actor["origin"] },
): RequestContext {
  return {
    actorType: "system",
    actorId: part,
    sessionId: null,
    origin: cause.origin,
    requestId: cause.correlationid,
    causationId: cause.id,
    grants: {},
    fieldRules: NO_RULES,
    place: null,
    permission: "",
    ifMatch: null,
    idempotency: null,
    jobId: null,
    language: "en",
    timeZone: null,
  };
}
