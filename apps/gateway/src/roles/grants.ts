import {
  isOwnerless,
  PERMISSIONS,
  reaches,
  SCOPES,
  type FieldRules,
  type RequestContext,
  type Scope,
} from "@kehu/auth";
import { Forbidden, RuleViolation, type FieldError } from "@kehu/contracts";
import { openedBeyond } from "./field-rules.ts";

const KNOWN: ReadonlySet<string> = new Set(PERMISSIONS);

/**
 * Checks what a caller wants a role, or a key of his, to grant. Nobody grants more than he has.
 *
 * @param code of the problem where he grants more
 * @throws RuleViolation naming each permission that does not exist, or that cannot have the scope
 * @throws Forbidden naming the first permission that he does not have, or not as far
 */
export function mustGrant(
  who: RequestContext,
  grants: Readonly<Record<string, unknown>>,
  code: "role.beyond-own" | "api-key.beyond-own" = "role.beyond-own",
): void {
  const errors = Object.entries(grants).flatMap(([permission, scope]) => fault(permission, scope) ?? []);
  if (errors.length > 0)
    throw new RuleViolation("request.invalid", `${errors[0]!.field}: ${errors[0]!.message}`, { errors });
  const beyond = beyondOwn(who, grants as Record<string, Scope>);
  if (beyond) throw new Forbidden(code, `You cannot grant ${beyond} as far as that: you do not have it.`);
}

/** @returns a permission that the grants hold and the caller does not, or not as far; undefined where there is none */
export function beyondOwn(who: RequestContext, grants: Readonly<Record<string, Scope>>): string | undefined {
  if (who.actorType === "system") return undefined;
  return Object.entries(grants).find(([permission, scope]) => !reaches(who.grants[permission], scope))?.[0];
}

/** @returns true for a role that lets do, or see, what the caller may not */
export function isBeyond(
  who: RequestContext,
  role: { grants: Readonly<Record<string, Scope>>; fieldRules: FieldRules },
): boolean {
  return beyondOwn(who, role.grants) !== undefined || openedBeyond(who, role) !== undefined;
}

/** Grants after a merge patch (RFC 7396): null takes a permission away. */
export function mergedGrants(
  grants: Readonly<Record<string, Scope>>,
  patch: Readonly<Record<string, Scope | null>>,
): Record<string, Scope> {
  const all = Object.entries({ ...grants, ...patch });
  return Object.fromEntries(all.filter((entry): entry is [string, Scope] => entry[1] !== null));
}

function fault(permission: string, scope: unknown): FieldError | undefined {
  const field = `grants.${permission}`;
  if (!KNOWN.has(permission)) return { field, code: "field.vocabulary", message: "There is no such permission." };
  const scopes: readonly unknown[] = isOwnerless(permission) ? ["all"] : SCOPES;
  if (scopes.includes(scope)) return undefined;
  return { field, code: "field.vocabulary", message: `One of ${scopes.join(", ")} is expected.` };
}
