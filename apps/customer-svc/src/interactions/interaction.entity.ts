import {
  type Collaborator,
  type DomainEvent,
  type ExternalLink,
  type InteractionState,
  type Link,
  RuleViolation,
} from "@kehu/contracts";
import { assign, event, type Holder, OwnedEntity, required } from "@kehu/records";
import { Column, Entity } from "typeorm";
import { distinctLinks } from "../links/link.ts";
import type { CreateInteraction, ImportInteraction, UpdateInteraction } from "./interaction.dto.ts";

@Entity({ schema: "customer", name: "interaction" })
export class Interaction extends OwnedEntity {
  @Column("text") kind: InteractionState["kind"];
  @Column("text", { nullable: true }) direction: InteractionState["direction"];
  @Column("text", { nullable: true }) subject: string | null;
  @Column("text", { nullable: true }) body: string | null;
  @Column("timestamptz", { name: "occurred_at" }) occurredAt: Date;
  @Column("timestamptz", { name: "ended_at", nullable: true }) endedAt: Date | null;
  @Column("integer", { name: "duration_seconds", nullable: true }) durationSeconds: number | null;
  @Column("text", { nullable: true }) purpose: string | null;
  @Column("text", { nullable: true }) outcome: string | null;
  @Column("jsonb") links: Link[];
  @Column("jsonb", { name: "external_links" }) externalLinks: ExternalLink[];

  open(data: CreateInteraction, now: Date): DomainEvent[] {
    this.begin();
    this.set(data);
    return [event("customer.interaction.created", this, now)];
  }

  imported(data: Partial<ImportInteraction>, now: Date): DomainEvent[] {
    if (this.version > 0) return this.set(data) ? [event("customer.interaction.updated", this, now)] : [];
    if (data.kind === undefined) throw required("kind");
    this.begin();
    // Without a time of its own it happened when it ended at the latest, or else when it was noted down.
    this.set({ occurredAt: data.endedAt ?? data.createdAt ?? now, ...data });
    return [event("customer.interaction.created", this, now)];
  }

  update(patch: UpdateInteraction, now: Date): DomainEvent[] {
    return this.set(patch) ? [event("customer.interaction.updated", this, now)] : [];
  }

  handOver(holder: Holder, now: Date): DomainEvent[] {
    const from = this.ownerId;
    return assign(this, holder) ? [event("customer.interaction.owner-changed", this, now, { from })] : [];
  }

  share(collaborators: Collaborator[], now: Date): DomainEvent[] {
    return assign(this, { collaborators }) ? [event("customer.interaction.updated", this, now)] : [];
  }

  remove(now: Date): DomainEvent[] {
    this.deletedAt = now;
    return [event("customer.interaction.deleted", this, now)];
  }

  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    return [event("customer.interaction.restored", this, now)];
  }

  state(): InteractionState {
    return {
      ...this.base(),
      kind: this.kind,
      direction: this.direction,
      subject: this.subject,
      body: this.body,
      occurredAt: this.occurredAt.toISOString(),
      endedAt: this.endedAt?.toISOString() ?? null,
      durationSeconds: this.durationSeconds,
      purpose: this.purpose,
      outcome: this.outcome,
      links: this.links,
      externalLinks: this.externalLinks,
    };
  }

  private begin(): void {
    Object.assign(this, { links: [], externalLinks: [] });
  }

  private set({ links, ...patch }: Partial<ImportInteraction>): boolean {
    const start = patch.occurredAt ?? this.occurredAt;
    const end = patch.endedAt === undefined ? this.endedAt : patch.endedAt;
    if (end && end < start) throw endsBeforeStart();
    return assign(this, { ...patch, links: links && distinctLinks(links) });
  }
}

function endsBeforeStart(): RuleViolation {
  const message = "An interaction ends after it has begun.";
  return new RuleViolation("interaction.ends-before-start", message, {
    errors: [{ field: "endedAt", code: "interaction.ends-before-start", message }],
  });
}
