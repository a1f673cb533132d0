import { FIELD_ACCESS, type FieldAccess, type FieldRules, type RequestContext } from "@kehu/auth";
import { Forbidden, RuleViolation, type FieldError } from "@kehu/contracts";

type Given = Readonly<Record<string, Readonly<Record<string, FieldAccess | null>> | null>>;

/** Concept -> names of the fields that a role may close. */
export type ClosableFields = ReadonlyMap<string, ReadonlySet<string>>;

/** Of several roles the stricter word counts: `hidden` before `read-only` before nothing. */
export function strictest(roles: readonly FieldRules[]): FieldRules {
  const result: Record<string, Record<string, FieldAccess>> = {};
  for (const rules of roles) {
    for (const [concept, fields] of Object.entries(rules)) {
      const known = (result[concept] ??= {});
      for (const [field, access] of Object.entries(fields)) if (known[field] !== "hidden") known[field] = access;
    }
  }
  return result;
}

/** Rules after a merge patch (RFC 7396): null opens a field, or all of a concept. */
export function mergedRules(rules: FieldRules, patch: Given): FieldRules {
  const result: Record<string, Record<string, FieldAccess>> = { ...rules };
  for (const [concept, fields] of Object.entries(patch)) {
    const merged = Object.entries({ ...rules[concept], ...fields }).filter(
      (entry): entry is [string, FieldAccess] => entry[1] !== null,
    );
    if (fields === null || merged.length === 0) delete result[concept];
    else result[concept] = Object.fromEntries(merged);
  }
  return result;
}

/**
 * Checks what a caller wants a role to close. What it closes already may be named as it is, and taken away: a rule outlives
 * its field.
 *
 * @param kept the rules that the role has
 * @throws RuleViolation naming each concept or field that does not exist, or that no role can close
 */
export function mustClose(given: Given, closable: ClosableFields, kept: FieldRules = {}): void {
  const errors = Object.entries(given).flatMap(([concept, fields]) => faults(concept, fields, closable, kept[concept]));
  if (errors.length > 0)
    throw new RuleViolation("request.invalid", `${errors[0]!.field}: ${errors[0]!.message}`, { errors });
}

function faults(
  concept: string,
  fields: Given[string],
  closable: ClosableFields,
  kept: FieldRules[string] = {},
): FieldError[] {
  const path = `fieldRules.${concept}`;
  if (fields === null) return [];
  if (typeof fields !== "object" || Array.isArray(fields))
    return [fault(path, "Fields with their access are expected.")];
  const fresh = Object.entries(fields).filter(([field, access]) => access !== null && access !== kept[field]);
  const known = closable.get(concept);
  if (!known) return fresh.length === 0 ? [] : [fault(path, `One of ${[...closable.keys()].join(", ")} is expected.`)];
  return fresh.flatMap(([field, access]) => {
    if (!known.has(field)) return [fault(`${path}.${field}`, `One of ${[...known].join(", ")} is expected.`)];
    return FIELD_ACCESS.includes(access!)
      ? []
      : [fault(`${path}.${field}`, `One of ${FIELD_ACCESS.join(", ")} is expected.`)];
  });
}

const fault = (field: string, message: string): FieldError => ({ field, code: "field.vocabulary", message });

/** What a role may do. */
interface Reach {
  readonly grants: Readonly<Record<string, unknown>>;
  readonly fieldRules: FieldRules;
}

/** Fields that show others in another form: who may not see these may not see them, nor that they changed (`partOf`). */
export const PART_OF: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "sales.opportunity": { stageCategory: ["stage"], stageSince: ["stage"], baseAmount: ["amount"] },
  "identity.user": { name: ["firstName", "lastName"] },
};

/** What no API key is shown but by an entry in the audit trail: the fields that are encrypted, wherever they are shown. */
export const CLOSED_TO_KEYS: FieldRules = {
  "customer.contact": { contactPoints: "hidden" },
  "sales.lead": { email: "hidden", phone: "hidden" },
  "marketing.consent": { proof: "hidden" },
};

/** @returns what is closed to the caller, and to keys where he is one */
export function closedTo({ actorType, fieldRules }: Pick<RequestContext, "actorType" | "fieldRules">): FieldRules {
  return actorType === "api-key" ? strictest([fieldRules, CLOSED_TO_KEYS]) : fieldRules;
}

/** @returns a field that is closed to the caller and would be more open to who has the role; undefined where there is none */
export function openedBeyond(who: RequestContext, { grants, fieldRules }: Reach): string | undefined {
  for (const [concept, fields] of Object.entries(closedTo(who))) {
    if (!Object.keys(grants).some((permission) => permission.startsWith(`${concept}.`))) continue;
    for (const [field, access] of Object.entries(fields)) {
      const theirs = fieldRules[concept]?.[field];
      if (theirs === undefined || (access === "hidden" && theirs !== "hidden")) return `${concept} ${field}`;
    }
  }
  return undefined;
}

/** @throws Forbidden `role.beyond-own` naming a field that the role would open further than it is to the caller */
export function mustKeepRules(who: RequestContext, role: Reach): void {
  const field = openedBeyond(who, role);
  if (field === undefined) return;
  throw new Forbidden("role.beyond-own", `The field ${field} is closed to you, so the role has to close it, too.`);
}
