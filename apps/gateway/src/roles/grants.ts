import { isOwnerless, PERMISSIONS, reaches, SCOPES, type RequestContext, type Scope } from "@kehu/auth";
import { Forbidden, RuleViolation, type FieldError } from "@kehu/contracts";

const KNOWN: ReadonlySet<string> = new Set(PERMISSIONS);

/**
 * Checks what a caller wants a role to grant. Nobody grants more than he has.
 *
 * @throws RuleViolation naming each permission that does not exist, or that cannot have the scope
 * @throws Forbidden naming the first permission that he does not have, or not as far
 */
export function mustGrant(who: RequestContext, grants: Readonly<Record<string, unknown>>): void {
  const errors = Object.entries(grants).flatMap(([permission, scope]) => fault(permission, scope) ?? []);
  if (errors.length > 0)
    throw new RuleViolation("request.invalid", `${errors[0]!.field}: ${errors[0]!.message}`, { errors });
  const beyond = beyondOwn(who, grants as Record<string, Scope>);
  if (beyond) throw new Forbidden("role.beyond-own", `You cannot grant ${beyond} as far as that: you do not have it.`);
}

/** @returns a permission that the grants hold and the caller does not, or not as far; undefined where there is none */
export function beyondOwn(who: RequestContext, grants: Readonly<Record<string, Scope>>): string | undefined {
  if (who.actorType === "system") return undefined;
  return Object.entries(grants).find(([permission, scope]) => !reaches(who.grants[permission], scope))?.[0];
}

function fault(permission: string, scope: unknown): FieldError | undefined {
  const field = `grants.${permission}`;
  if (!KNOWN.has(permission)) return { field, code: "field.vocabulary", message: "There is no such permission." };
  const scopes: readonly unknown[] = isOwnerless(permission) ? ["all"] : SCOPES;
  if (scopes.includes(scope)) return undefined;
  return { field, code: "field.vocabulary", message: `One of ${scopes.join(", ")} is expected.` };
}
