import {
  ERASED,
  type CampaignMemberState,
  type Collaborator,
  type DomainEvent,
  IllegalTransition,
  RuleViolation,
} from "@kehu/contracts";
import { assign, event, type Holder, OwnedEntity, required } from "@kehu/records";
import { Column, Entity } from "typeorm";
import { RANK, statusesFrom, type MemberStatus } from "./member-status.ts";
import type { CreateMember, ImportMember, UpdateMember } from "./member.dto.ts";

/** Id of a lead or contact -> the person. */
export type Persons = ReadonlyMap<string, string>;

@Entity({ schema: "marketing", name: "campaign_member" })
export class CampaignMember extends OwnedEntity {
  @Column("uuid", { name: "campaign_id" }) campaignId: string;
  @Column("uuid", { name: "lead_id", nullable: true }) leadId: string | null;
  @Column("uuid", { name: "contact_id", nullable: true }) contactId: string | null;
  @Column("uuid", { name: "person_id", nullable: true }) personId: string | null;
  @Column("text", { nullable: true }) name: string | null;
  @Column("text") status: MemberStatus;
  @Column("timestamptz", { name: "status_at" }) statusAt: Date;

  open(data: CreateMember, now: Date, persons: Persons): DomainEvent[] {
    assign(this, { status: "planned", statusAt: now });
    this.set(data, persons);
    return [event("marketing.campaign-member.created", this, now)];
  }

  imported(data: Partial<ImportMember>, now: Date, persons: Persons): DomainEvent[] {
    if (this.version > 0) return this.follow(data, now, persons);
    if (data.campaignId === undefined) throw required("campaignId");
    const { status, statusAt, ...fields } = data;
    assign(this, { status: "planned", statusAt: data.createdAt ?? now });
    this.set(fields, persons);
    const born = event("marketing.campaign-member.created", this, now);
    return [born, ...this.follow({ status, statusAt }, now, persons)];
  }

  update(patch: UpdateMember, now: Date, persons: Persons): DomainEvent[] {
    return this.set(patch, persons) ? [event("marketing.campaign-member.updated", this, now)] : [];
  }

  /** @throws IllegalTransition with the statuses that the member can come to */
  reach(status: MemberStatus, now: Date): DomainEvent[] {
    const from = this.status;
    if (status === from) return [];
    if (RANK[status] <= RANK[from]) throw new IllegalTransition("campaign-member", from, status, statusesFrom(from));
    assign(this, { status, statusAt: now });
    return [event("marketing.campaign-member.status-changed", this, now, { from })];
  }

  handOver(holder: Holder, now: Date): DomainEvent[] {
    const from = this.ownerId;
    return assign(this, holder) ? [event("marketing.campaign-member.owner-changed", this, now, { from })] : [];
  }

  share(collaborators: Collaborator[], now: Date): DomainEvent[] {
    return assign(this, { collaborators }) ? [event("marketing.campaign-member.updated", this, now)] : [];
  }

  remove(now: Date): DomainEvent[] {
    this.deletedAt = now;
    return [event("marketing.campaign-member.deleted", this, now)];
  }

  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    return [event("marketing.campaign-member.restored", this, now)];
  }

  /** Overwrites the name, where it has one of its own, and empties what the company has added. */
  override erase(now: Date): DomainEvent[] {
    const differs = assign(this, { name: this.name === null ? null : ERASED, custom: {}, tags: [] });
    return differs ? [event("marketing.campaign-member.erased", this, now)] : [];
  }

  state(): CampaignMemberState {
    return {
      ...this.base(),
      campaignId: this.campaignId,
      leadId: this.leadId,
      contactId: this.contactId,
      personId: this.personId,
      name: this.name,
      status: this.status,
      statusAt: this.statusAt.toISOString(),
    };
  }

  /** Takes over what an import says of a member who is there. */
  private follow(data: Partial<ImportMember>, now: Date, persons: Persons): DomainEvent[] {
    const from = this.status;
    const moved = data.status !== undefined && data.status !== from;
    if (!this.set(moved ? { statusAt: now, ...data } : data, persons)) return [];
    if (!moved) return [event("marketing.campaign-member.updated", this, now)];
    return [event("marketing.campaign-member.status-changed", this, now, { from })];
  }

  private set(data: Partial<ImportMember>, persons: Persons): boolean {
    const { leadId, contactId, name } = { leadId: this.leadId, contactId: this.contactId, name: this.name, ...data };
    if (!leadId && !contactId && !name) {
      throw new RuleViolation("campaign-member.nobody", "A member is a lead, a contact, or at least has a name.");
    }
    return assign(this, { ...data, personId: this.personBehind(leadId ?? null, contactId ?? null, persons) });
  }

  /** A reference that stays leads to the person who is known already. */
  private personBehind(leadId: string | null, contactId: string | null, persons: Persons): string | null {
    const known = new Set<string>();
    for (const [id, before] of [
      [leadId, this.leadId],
      [contactId, this.contactId],
    ]) {
      const person = id ? (persons.get(id) ?? (id === before ? this.personId : null)) : null;
      if (person) known.add(person);
    }
    const [person = null, another] = known;
    if (another) throw new RuleViolation("campaign-member.two-persons", "The lead and the contact are two persons.");
    return person;
  }
}
