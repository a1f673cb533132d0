import { isOwnerless, PERMISSIONS, SCOPES, type FieldRules, type RequestContext } from "@kehu/auth";
import { RecordQueries } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { openedBeyond, type ClosableFields } from "../roles/field-rules.ts";
import { beyondOwn } from "../roles/grants.ts";
import { ClosableFieldsService } from "../roles/closable-fields.service.ts";
import { ROLES } from "../roles/roles.resource.ts";
import { RolesService } from "../roles/roles.service.ts";
import { acting } from "./acting.ts";
import { usualSteps } from "./comparison.ts";
import type { Around, Fault, Held, Item, Kept, Section } from "./item.ts";
import { given, givenRules, patchOf, roleValue, type GivenRole, type Role } from "./role-patch.ts";
import { ServiceParts } from "./service-parts.service.ts";

const BUILT_IN: Fault = { code: "role.built-in", message: "The built-in roles are the same in every install." };
const known: ReadonlySet<string> = new Set(PERMISSIONS);

/** The roles that the company has made. */
@Injectable()
export class RolesSection implements Section {
  readonly name = "roles";
  readonly concept = ROLES.concept;
  readonly reading = "identity.role.read";
  /** Asked of all services once for a comparison, not for each of its roles. */
  private readonly closableOnes = new WeakMap<Around, Promise<ClosableFields>>();

  constructor(
    private readonly queries: RecordQueries,
    private readonly roles: RolesService,
    private readonly closable: ClosableFieldsService,
    private readonly services: ServiceParts,
  ) {}

  async read(who: RequestContext): Promise<Held> {
    const items: Kept[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const query = { sort: "createdAt", limit: "200", ...(cursor && { cursor }) };
      const { data, page } = await this.queries.list(ROLES, query, who);
      for (const { id, version, key, ...role } of data) {
        const value = roleValue(role as unknown as Role);
        items.push({ key: String(value["name"]), value, id, version, ...(key !== null && { fixed: BUILT_IN }) });
      }
      cursor = page.nextCursor;
    }
    return { items, leftOut: [] };
  }

  needs() {
    return { read: ["identity.role.read"], write: ["identity.role.write"] } as const;
  }

  async conflict({ value }: Item, kept: Kept | undefined, who: RequestContext, around: Around) {
    const role = value as unknown as GivenRole;
    const patch = patchOf(kept?.value as Role | undefined, role);
    const grants = given(patch.grants);
    const rules = givenRules(patch.fieldRules);
    return (
      unknownGrant(grants) ??
      (patch.fieldRules ? unknownField(rules, await this.closableIn(around)) : undefined) ??
      beyond(
        grants,
        { grants: role.grants, fieldRules: role.fieldRules ?? (kept?.value as Role | undefined)?.fieldRules ?? {} },
        who,
      )
    );
  }

  steps(item: Item, kept: Kept | undefined) {
    const role = item.value as unknown as GivenRole;
    return usualSteps({ ...item, value: roleValue(role) }, kept, async (_names, who) => {
      const as = acting(who, "identity.role.write", kept?.version);
      if (kept) await this.roles.update(kept.id, patchOf(kept.value as unknown as Role, role), as);
      else await this.roles.create({ name: role.name, grants: role.grants, fieldRules: role.fieldRules ?? {} }, as);
    });
  }

  private closableIn(around: Around): Promise<ClosableFields> {
    const asked = this.closableOnes.get(around) ?? this.closableWith(around.fields ?? []);
    this.closableOnes.set(around, asked);
    return asked;
  }

  /** @param added fields that the file adds, by resource: `accounts.region` */
  private async closableWith(added: readonly string[]): Promise<ClosableFields> {
    const all = new Map(await this.closable.all());
    for (const { name, concept } of this.services.resources()) {
      const own = added.flatMap((field) => (field.startsWith(`${name}.`) ? [field.slice(name.length + 1)] : []));
      const there = all.get(concept);
      if (there && own.length) all.set(concept, new Set([...there, ...own.map((field) => `custom.${field}`)]));
    }
    return all;
  }
}

function unknownGrant(grants: Role["grants"]): Fault | undefined {
  for (const [permission, scope] of Object.entries(grants)) {
    if (!known.has(permission))
      return { code: "permission.unknown", message: `This version of Kehu has no permission ${permission}.` };
    const scopes: readonly string[] = isOwnerless(permission) ? ["all"] : SCOPES;
    if (!scopes.includes(scope))
      return { code: "permission.scope", message: `${permission} is granted as far as: ${scopes.join(", ")}.` };
  }
  return undefined;
}

function unknownField(rules: FieldRules, closable: ClosableFields): Fault | undefined {
  for (const [concept, fields] of Object.entries(rules)) {
    const there = closable.get(concept);
    const field = Object.keys(fields).find((name) => !there?.has(name));
    if (field !== undefined)
      return { code: "field.unknown", message: `Here ${concept} has no field ${field} that a role closes.` };
  }
  return undefined;
}

/** @param grants those that are new */
function beyond(grants: Role["grants"], role: Omit<Role, "name">, who: RequestContext): Fault | undefined {
  const permission = beyondOwn(who, grants);
  if (permission !== undefined)
    return { code: "role.beyond-own", message: `You cannot grant ${permission} as far as that: you do not have it.` };
  const field = openedBeyond(who, role);
  return field === undefined
    ? undefined
    : { code: "role.beyond-own", message: `The field ${field} is closed to you, so the role has to close it, too.` };
}
