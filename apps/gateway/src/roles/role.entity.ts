import type { RequestContext } from "@kehu/auth";
import { Conflict, RuleViolation, type DomainEvent, type RoleState } from "@kehu/contracts";
import { assign, event, RecordEntity } from "@kehu/records";
import { Column, Entity } from "typeorm";
import type { BuiltInRole } from "./built-in-roles.ts";
import { mergedRules, mustKeepRules } from "./field-rules.ts";
import { mergedGrants } from "./grants.ts";
import type { CreateRole, UpdateRole } from "./role.dto.ts";

@Entity({ schema: "identity", name: "role" })
export class Role extends RecordEntity {
  /** Null for a role that the company has made. */
  @Column("text", { nullable: true }) key: string | null;
  @Column("text") name: string;
  @Column("jsonb") grants: RoleState["grants"];
  @Column("jsonb", { name: "field_rules" }) fieldRules: RoleState["fieldRules"];

  /** Brings a built-in role to the state that this version of Kehu gives it. */
  define({ key, name, grants }: Omit<BuiltInRole, "id">, now: Date): DomainEvent[] {
    const sorted = Object.fromEntries(Object.entries(grants).sort(([a], [b]) => (a < b ? -1 : 1)));
    const born = this.version === 0;
    const differs = canonical(this.grants) !== canonical(sorted);
    if (!assign(this, { key, name, fieldRules: {}, ...(differs && { grants: sorted }) }) && !born) return [];
    return [event(born ? "identity.role.created" : "identity.role.updated", this, now)];
  }

  open(data: CreateRole, now: Date): DomainEvent[] {
    assign(this, { ...data, fieldRules: data.fieldRules ?? {}, ownerId: null });
    return [event("identity.role.created", this, now)];
  }

  /** Roles come by hand, one by one: an import could give away more than its author sees. */
  imported(): DomainEvent[] {
    throw new RuleViolation("role.not-importable", "Roles cannot be imported.");
  }

  update(patch: UpdateRole, now: Date, who: RequestContext): DomainEvent[] {
    this.mustBeOwn();
    const grants = patch.grants && mergedGrants(this.grants, patch.grants);
    const fieldRules = patch.fieldRules && mergedRules(this.fieldRules, patch.fieldRules);
    const differs = assign(this, { ...patch, grants, fieldRules });
    if (grants || fieldRules) mustKeepRules(who, this);
    return differs ? [event("identity.role.updated", this, now)] : [];
  }

  /** @param isHeld users have it */
  remove(now: Date, isHeld = false): DomainEvent[] {
    this.mustBeOwn();
    if (isHeld) throw new Conflict("role.in-use", "Give the users who have this role another one first.");
    this.deletedAt = now;
    return [event("identity.role.deleted", this, now)];
  }

  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    return [event("identity.role.restored", this, now)];
  }

  state(): RoleState {
    return { ...this.base(), key: this.key, name: this.name, grants: this.grants, fieldRules: this.fieldRules };
  }

  private mustBeOwn(): void {
    if (this.key !== null) throw new RuleViolation("role.built-in", "The built-in roles cannot be changed.");
  }
}

/** Postgres keeps the properties of a jsonb in an order of its own. */
function canonical(grants: RoleState["grants"]): string {
  return JSON.stringify(Object.entries(grants).sort(([a], [b]) => (a < b ? -1 : 1)));
}
