import { type AccountState, type Collaborator, type DomainEvent } from "@kehu/contracts";
import {
  assign,
  event,
  type Holder,
  type Lineage,
  mustFitUnder,
  OwnedEntity,
  required,
  standUnder,
} from "@kehu/records";
import { Column, Entity } from "typeorm";
import type { CreateAccount, ImportAccount, UpdateAccount } from "./account.dto.ts";

/** What sales says of the company of a lead. */
export interface ConvertedCompany {
  ownerId: string | null;
  name: string;
  industry: string | null;
  website: string | null;
}

@Entity({ schema: "customer", name: "account" })
export class Account extends OwnedEntity {
  @Column("text") name: string;
  @Column("text", { nullable: true }) type: AccountState["type"];
  @Column("text", { nullable: true }) industry: string | null;
  @Column("text", { nullable: true }) website: string | null;
  @Column("uuid", { name: "parent_id", nullable: true }) parentId: string | null;

  open(data: CreateAccount, now: Date, lineage: Lineage): DomainEvent[] {
    standUnder(this.id, data.parentId, lineage, "account");
    assign(this, data);
    return [event("customer.account.created", this, now)];
  }

  imported(data: Partial<ImportAccount>, now: Date, lineage: Lineage): DomainEvent[] {
    if (this.version === 0 && data.name === undefined) throw required("name");
    standUnder(this.id, data.parentId, lineage, "account");
    if (!assign(this, data)) return [];
    return [event(this.version === 0 ? "customer.account.created" : "customer.account.updated", this, now)];
  }

  /** Born of a lead. Nothing is refused: sales has decided. */
  converted(company: ConvertedCompany, now: Date): DomainEvent[] {
    assign(this, company);
    return [event("customer.account.created", this, now)];
  }

  update(patch: UpdateAccount, now: Date, lineage: Lineage): DomainEvent[] {
    standUnder(this.id, patch.parentId, lineage, "account");
    return assign(this, patch) ? [event("customer.account.updated", this, now)] : [];
  }

  handOver(holder: Holder, now: Date): DomainEvent[] {
    const from = this.ownerId;
    return assign(this, holder) ? [event("customer.account.owner-changed", this, now, { from })] : [];
  }

  share(collaborators: Collaborator[], now: Date): DomainEvent[] {
    return assign(this, { collaborators }) ? [event("customer.account.updated", this, now)] : [];
  }

  remove(now: Date): DomainEvent[] {
    this.deletedAt = now;
    return [event("customer.account.deleted", this, now)];
  }

  override mustStand(lineage: Lineage): void {
    mustFitUnder(this.id, this.parentId, lineage, "account");
  }

  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    return [event("customer.account.restored", this, now)];
  }

  state(): AccountState {
    return {
      ...this.base(),
      name: this.name,
      type: this.type,
      industry: this.industry,
      website: this.website,
      parentId: this.parentId,
    };
  }
}
