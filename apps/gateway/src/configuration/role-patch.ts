import type { FieldAccess, Scope } from "@kehu/auth";
import { sorted, type Value } from "./item.ts";

/** A role, as far as it is configuration. */
export interface Role {
  name: string;
  grants: Record<string, Scope>;
  fieldRules: Rules;
}

/** As the file may have it. */
export type GivenRole = Pick<Role, "name" | "grants"> & Partial<Role>;

type Rules = Record<string, Record<string, FieldAccess>>;
type RulesPatch = Record<string, Record<string, FieldAccess | null> | null>;

/** A role with its permissions and fields in the order of their names. */
export function roleValue({ name, grants, fieldRules }: GivenRole): Value {
  const rules = Object.entries(fieldRules ?? {}).map(([concept, fields]) => [concept, sorted(fields)] as const);
  return { name, grants: sorted(grants), ...(fieldRules && { fieldRules: sorted(Object.fromEntries(rules)) }) };
}

/** A merge patch of what differs: null takes away what the file does not have. */
export function patchOf(from: Role | undefined, { grants, fieldRules }: GivenRole) {
  const rules = fieldRules && rulesPatch(from?.fieldRules ?? {}, fieldRules);
  return {
    grants: patched(from?.grants ?? {}, grants),
    ...(rules && Object.keys(rules).length && { fieldRules: rules }),
  };
}

function rulesPatch(from: Rules, to: Rules): RulesPatch {
  const patch: RulesPatch = {};
  for (const concept of Object.keys({ ...from, ...to })) {
    const fields = to[concept] && patched(from[concept] ?? {}, to[concept]);
    if (!fields || Object.keys(fields).length) patch[concept] = fields ?? null;
  }
  return patch;
}

function patched<V>(from: Readonly<Record<string, V>>, to: Readonly<Record<string, V>>): Record<string, V | null> {
  const gone = Object.keys(from).filter((name) => !Object.hasOwn(to, name));
  const set = Object.entries(to).filter(([name, value]) => from[name] !== value);
  return Object.fromEntries<V | null>([...gone.map((name): [string, null] => [name, null]), ...set]);
}

/** What a patch gives, without what it takes away. */
export function given<V>(patch: Readonly<Record<string, V | null>>): Record<string, V> {
  return Object.fromEntries(Object.entries(patch).filter((entry): entry is [string, V & object] => entry[1] !== null));
}

/** The fields that a patch closes, by concept. */
export function givenRules(patch: RulesPatch = {}): Rules {
  return Object.fromEntries(Object.entries(patch).map(([concept, fields]) => [concept, given(fields ?? {})]));
}
