import { RuleViolation, type DomainEvent, type RoleState } from "@kehu/contracts";
import { assign, event, RecordEntity } from "@kehu/records";
import { Column, Entity } from "typeorm";
import type { BuiltInRole } from "./built-in-roles.ts";

@Entity({ schema: "identity", name: "role" })
export class Role extends RecordEntity {
  @Column("text") key: string;
  @Column("text") name: string;
  @Column("jsonb") grants: RoleState["grants"];

  /** Brings a built-in role to the state that this version of Kehu gives it. */
  define({ key, name, grants }: Omit<BuiltInRole, "id">, now: Date): DomainEvent[] {
    const sorted = Object.fromEntries(Object.entries(grants).sort(([a], [b]) => (a < b ? -1 : 1)));
    const born = this.version === 0;
    const differs = canonical(this.grants) !== canonical(sorted);
    if (!assign(this, { key, name, ...(differs && { grants: sorted }) }) && !born) return [];
    return [event(born ? "identity.role.created" : "identity.role.updated", this, now)];
  }

  open(): DomainEvent[] {
    throw builtIn();
  }

  imported(): DomainEvent[] {
    throw builtIn();
  }

  update(): DomainEvent[] {
    throw builtIn();
  }

  remove(): DomainEvent[] {
    throw builtIn();
  }

  restore(): DomainEvent[] {
    throw builtIn();
  }

  state(): RoleState {
    return { ...this.base(), key: this.key, name: this.name, grants: this.grants };
  }
}

/** Postgres keeps the properties of a jsonb in an order of its own. */
function canonical(grants: RoleState["grants"]): string {
  return JSON.stringify(Object.entries(grants).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function builtIn(): RuleViolation {
  return new RuleViolation("role.built-in", "The built-in roles cannot be changed.");
}
