import {
  type Collaborator,
  type DomainEvent,
  ERASED,
  type EventData,
  type LeadState,
  RuleViolation,
} from "@kehu/contracts";
import { assign, event, type Holder, OwnedEntity, required } from "@kehu/records";
import { Column, Entity } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { normalContact } from "./lead-contact.ts";
import { mustLead, type LeadStatus } from "./lead-status.ts";
import type { CreateLead, ImportLead, UpdateLead } from "./lead.dto.ts";

type Converted = EventData<"sales.lead.converted">;

/** What a conversion made or found; `account` and `contact` are those that customer-svc has to create. */
export interface Conversion {
  accountId: string | null;
  contactId: string;
  opportunityId: string | null;
  account: Converted["account"];
  contact: Converted["contact"];
}

@Entity({ schema: "sales", name: "lead" })
export class Lead extends OwnedEntity {
  @Column("uuid", { name: "person_id" }) personId: string;
  @Column("text", { name: "first_name", nullable: true }) firstName: string | null;
  @Column("text", { name: "last_name" }) lastName: string;
  @Column("text", { nullable: true }) company: string | null;
  /** Encrypted in its column, as is `phone`. */
  @Column("text", { nullable: true }) email: string | null;
  @Column("text", { nullable: true }) phone: string | null;
  @Column("text", { nullable: true }) website: string | null;
  @Column("text", { nullable: true }) industry: string | null;
  @Column("text", { nullable: true }) source: string | null;
  @Column("uuid", { name: "campaign_id", nullable: true }) campaignId: string | null;
  @Column("text") status: LeadStatus;
  @Column("text", { name: "unqualified_reason", nullable: true }) unqualifiedReason: string | null;
  @Column("timestamptz", { name: "converted_at", nullable: true }) convertedAt: Date | null;
  @Column("uuid", { name: "converted_account_id", nullable: true }) convertedAccountId: string | null;
  @Column("uuid", { name: "converted_contact_id", nullable: true }) convertedContactId: string | null;
  @Column("uuid", { name: "converted_opportunity_id", nullable: true }) convertedOpportunityId: string | null;

  open(data: CreateLead, now: Date, country: string): DomainEvent[] {
    this.begin();
    this.set(data, country);
    return [event("sales.lead.created", this, now)];
  }

  /** May be born in any status, and set to any that history asks for; what was converted stays so. */
  imported(data: Partial<ImportLead>, now: Date, country: string): DomainEvent[] {
    const isNew = this.version === 0;
    if (isNew && data.lastName === undefined) throw required("lastName");
    if (isNew) this.begin();
    const from = this.status;
    const stated = this.stated(data);
    if (!this.set({ ...data, ...stated }, country)) return [];
    if (isNew) return [event("sales.lead.created", this, now), ...this.endFact(from, now)];
    if (this.status === from) return [event("sales.lead.updated", this, now)];
    const end = this.endFact(from, now);
    return end.length ? end : [event("sales.lead.status-changed", this, now, { from })];
  }

  update(patch: UpdateLead, now: Date, country: string): DomainEvent[] {
    return this.set(patch, country) ? [event("sales.lead.updated", this, now)] : [];
  }

  moveTo(status: "contacted" | "nurturing" | "qualified", now: Date): DomainEvent[] {
    mustLead(this.status, status);
    const from = this.status;
    this.status = status;
    return [event("sales.lead.status-changed", this, now, { from })];
  }

  unqualify(reason: string, now: Date): DomainEvent[] {
    mustLead(this.status, "unqualified");
    const from = this.status;
    assign(this, { status: "unqualified", unqualifiedReason: reason });
    return [event("sales.lead.unqualified", this, now, { from, reason })];
  }

  recycle(now: Date): DomainEvent[] {
    mustLead(this.status, "new");
    assign(this, { status: "new", unqualifiedReason: null });
    return [event("sales.lead.recycled", this, now)];
  }

  convert({ account, contact, ...ids }: Conversion, now: Date): DomainEvent[] {
    mustLead(this.status, "converted");
    assign(this, {
      status: "converted",
      convertedAt: now,
      convertedAccountId: ids.accountId,
      convertedContactId: ids.contactId,
      convertedOpportunityId: ids.opportunityId,
    });
    return [event("sales.lead.converted", this, now, { account, contact })];
  }

  handOver(holder: Holder, now: Date): DomainEvent[] {
    const from = this.ownerId;
    return assign(this, holder) ? [event("sales.lead.owner-changed", this, now, { from })] : [];
  }

  share(collaborators: Collaborator[], now: Date): DomainEvent[] {
    return assign(this, { collaborators }) ? [event("sales.lead.updated", this, now)] : [];
  }

  remove(now: Date): DomainEvent[] {
    this.deletedAt = now;
    return [event("sales.lead.deleted", this, now)];
  }

  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    return [event("sales.lead.restored", this, now)];
  }

  /** Overwrites what says who the person is; his company and what became of the lead stays. */
  override erase(now: Date): DomainEvent[] {
    const differs = assign(this, { firstName: null, lastName: ERASED, email: null, phone: null, custom: {}, tags: [] });
    return differs ? [event("sales.lead.erased", this, now)] : [];
  }

  state(): LeadState {
    return {
      ...this.base(),
      personId: this.personId,
      firstName: this.firstName,
      lastName: this.lastName,
      company: this.company,
      email: this.email,
      phone: this.phone,
      website: this.website,
      industry: this.industry,
      source: this.source,
      campaignId: this.campaignId,
      status: this.status,
      unqualifiedReason: this.unqualifiedReason,
      convertedAt: this.convertedAt?.toISOString() ?? null,
      convertedAccountId: this.convertedAccountId,
      convertedContactId: this.convertedContactId,
      convertedOpportunityId: this.convertedOpportunityId,
    };
  }

  private begin(): void {
    Object.assign(this, { personId: uuidv7(), status: "new" });
  }

  private set(data: Partial<ImportLead>, country: string): boolean {
    return assign(this, { ...data, ...normalContact(data, country) });
  }

  /** The status that an import gives, checked against what else it says; a reason goes with the status it explains. */
  private stated(data: Partial<ImportLead>): Partial<ImportLead> {
    const status = data.status ?? this.status;
    if (this.status === "converted" && status !== "converted") {
      throw new RuleViolation("lead.converted", "A converted lead stays converted.");
    }
    if (status !== "unqualified" && data.unqualifiedReason) {
      throw new RuleViolation("lead.not-unqualified", "Only an unqualified lead has a reason for that.");
    }
    const { convertedAt, convertedAccountId, convertedContactId, convertedOpportunityId } = data;
    if (status !== "converted" && (convertedAt ?? convertedAccountId ?? convertedContactId ?? convertedOpportunityId)) {
      throw new RuleViolation("lead.not-converted", "Only a converted lead says what became of it.");
    }
    if (convertedAt && convertedAt < (data.createdAt ?? this.createdAt)) {
      throw new RuleViolation("lead.converted-before-created", "The lead was converted before it was created.");
    }
    return status === "unqualified" ? { status } : { status, unqualifiedReason: null };
  }

  /** The fact that an import tells beside the record itself: that it came to an end. */
  private endFact(from: LeadStatus, now: Date): DomainEvent[] {
    if (this.status === from) return [];
    if (this.status === "converted")
      return [event("sales.lead.converted", this, now, { account: null, contact: null })];
    if (this.status !== "unqualified") return [];
    return [event("sales.lead.unqualified", this, now, { from, reason: this.unqualifiedReason })];
  }
}
