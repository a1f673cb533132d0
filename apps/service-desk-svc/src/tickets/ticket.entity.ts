import {
  type Collaborator,
  type DomainEvent,
  IllegalTransition,
  RuleViolation,
  type TicketState,
} from "@kehu/contracts";
import { assign, event, type Holder, OwnedEntity, required } from "@kehu/records";
import { Column, Entity } from "typeorm";
import type { CreateTicket, ImportTicket, UpdateTicket } from "./ticket.dto.ts";
import {
  ENDED,
  FACTS,
  MOVES,
  verbsFrom,
  WAITING_FOR_CUSTOMER,
  type TicketStatus,
  type TicketVerb,
} from "./ticket-status.ts";

/** A message as its ticket needs to know it. */
export interface TicketMessage {
  id: string;
  direction: "inbound" | "outbound";
  visibility: "public" | "internal";
}

/** A ticket of which the system itself says more than people may. */
export type OpenTicket = CreateTicket & { ownerId?: string | null; followsTicketId?: string };

@Entity({ schema: "service_desk", name: "ticket" })
export class Ticket extends OwnedEntity {
  /** What people call it; never used twice. */
  @Column("integer") number: number;
  @Column("text") subject: string;
  @Column("text") status: TicketStatus;
  @Column("boolean") escalated: boolean;
  @Column("text", { nullable: true }) channel: TicketState["channel"];
  @Column("text", { nullable: true }) type: TicketState["type"];
  @Column("text") priority: TicketState["priority"];
  @Column("uuid", { name: "queue_id", nullable: true }) queueId: string | null;
  @Column("uuid", { name: "account_id", nullable: true }) accountId: string | null;
  @Column("uuid", { name: "contact_id", nullable: true }) contactId: string | null;
  @Column("uuid", { name: "follows_ticket_id", nullable: true }) followsTicketId: string | null;
  @Column("integer", { name: "reopened_count" }) reopenedCount: number;
  @Column("timestamptz", { name: "first_response_at", nullable: true }) firstResponseAt: Date | null;
  @Column("timestamptz", { name: "resolved_at", nullable: true }) resolvedAt: Date | null;
  @Column("timestamptz", { name: "closed_at", nullable: true }) closedAt: Date | null;

  /** @param numbers free ticket numbers; takes the first */
  open(data: OpenTicket, now: Date, numbers: number[]): DomainEvent[] {
    this.begin(numbers);
    if (data.queueId) this.ownerId = null; // it waits in its queue until somebody takes it
    assign(this, data);
    return [event("service-desk.ticket.created", this, now)];
  }

  imported(data: Partial<ImportTicket>, now: Date, numbers: number[]): DomainEvent[] {
    this.mustBeInOrder(data);
    if (this.version > 0) return this.follow(data, now);
    if (data.subject === undefined) throw required("subject");
    const { status, escalated, resolvedAt, closedAt, ...fields } = data;
    this.begin(numbers);
    assign(this, fields);
    const born = event("service-desk.ticket.created", this, now);
    const state = { status: status ?? (escalated ? "open" : undefined), escalated, resolvedAt, closedAt };
    return [born, ...this.follow(state, now)];
  }

  update(patch: UpdateTicket, now: Date): DomainEvent[] {
    return assign(this, patch) ? [event("service-desk.ticket.updated", this, now)] : [];
  }

  /** @throws IllegalTransition with the verbs that the ticket takes */
  move(verb: Exclude<TicketVerb, "escalate">, now: Date): DomainEvent[] {
    const from = this.status;
    const { to } = this.mustTake(verb);
    this.enter(to, now);
    return [event(verb === "reopen" ? "service-desk.ticket.reopened" : FACTS[to], this, now, { from })];
  }

  /** @throws IllegalTransition with the verbs that the ticket takes */
  escalate(now: Date): DomainEvent[] {
    const { to } = this.mustTake("escalate");
    return assign(this, { status: to, escalated: true }) ? [event("service-desk.ticket.escalated", this, now)] : [];
  }

  /** Whoever takes a new ticket, or is given it, has it open. */
  handOver(holder: Holder, now: Date): DomainEvent[] {
    const from = this.ownerId;
    const status = this.status === "new" && holder.ownerId ? "open" : undefined;
    const changed = assign(this, { ...holder, status });
    return changed ? [event("service-desk.ticket.owner-changed", this, now, { from })] : [];
  }

  share(collaborators: Collaborator[], now: Date): DomainEvent[] {
    return assign(this, { collaborators }) ? [event("service-desk.ticket.updated", this, now)] : [];
  }

  /** Takes note of a message. Not for one of the customer on a closed ticket: that is a new ticket. */
  receive({ id, direction, visibility }: TicketMessage, now: Date): DomainEvent[] {
    const facts = { from: this.status, messageId: id, visibility };
    if (direction === "inbound") {
      if (WAITING_FOR_CUSTOMER.includes(this.status)) this.enter("open", now);
      return [event("service-desk.ticket.customer-replied", this, now, facts)];
    }
    if (visibility === "public") this.firstResponseAt ??= now;
    return [event("service-desk.ticket.agent-replied", this, now, facts)];
  }

  /** The ticket that continues this closed one. */
  successor(channel: TicketState["channel"]): OpenTicket {
    const { subject, type, priority, queueId, accountId, contactId } = this;
    const ownerId = queueId ? null : this.ownerId;
    const followsTicketId = this.id;
    return {
      subject,
      type,
      priority,
      queueId,
      accountId,
      contactId,
      ownerId,
      followsTicketId,
      channel: channel ?? this.channel,
    };
  }

  remove(now: Date): DomainEvent[] {
    this.deletedAt = now;
    return [event("service-desk.ticket.deleted", this, now)];
  }

  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    return [event("service-desk.ticket.restored", this, now)];
  }

  state(): TicketState {
    return {
      ...this.base(),
      number: this.number,
      subject: this.subject,
      status: this.status,
      escalated: this.escalated,
      channel: this.channel,
      type: this.type,
      priority: this.priority,
      queueId: this.queueId,
      accountId: this.accountId,
      contactId: this.contactId,
      followsTicketId: this.followsTicketId,
      reopenedCount: this.reopenedCount,
      firstResponseAt: this.firstResponseAt?.toISOString() ?? null,
      resolvedAt: this.resolvedAt?.toISOString() ?? null,
      closedAt: this.closedAt?.toISOString() ?? null,
    };
  }

  private begin(numbers: number[]): void {
    const number = numbers.shift();
    if (number === undefined) throw new Error("More tickets than numbers were asked for.");
    assign(this, { number, status: "new", escalated: false, priority: "normal", reopenedCount: 0 });
  }

  private enter(status: TicketStatus, now: Date): void {
    if (this.status === "resolved" && status === "open") {
      this.reopenedCount += 1;
      this.resolvedAt = null;
    }
    if (status === "resolved") this.resolvedAt = now;
    if (status === "closed") this.closedAt = now;
    if (ENDED.includes(status)) this.escalated = false;
    this.status = status;
  }

  /** Takes over what an import says of a ticket that is there. */
  private follow(data: Partial<ImportTicket>, now: Date): DomainEvent[] {
    const { status: from, escalated } = this;
    if (!assign(this, data)) return [];
    if (this.escalated && !escalated) return [event("service-desk.ticket.escalated", this, now)];
    if (this.status === from) return [event("service-desk.ticket.updated", this, now)];
    return [event(FACTS[this.status], this, now, { from })];
  }

  private mustTake(verb: TicketVerb): { to: TicketStatus } {
    const move = MOVES[verb];
    if (!move.from.includes(this.status)) {
      throw new IllegalTransition("ticket", this.status, move.to, verbsFrom(this.status));
    }
    return move;
  }

  private mustBeInOrder(data: Partial<ImportTicket>): void {
    const { firstResponseAt, resolvedAt, closedAt } = { ...dates(this), ...data };
    // One of which nobody knows any more when it was opened may have ended before it came here.
    const { createdAt } = data;
    const inOrder = (earlier: Date | null | undefined, later: Date | null | undefined) =>
      !earlier || !later || earlier <= later;
    if (!inOrder(createdAt, resolvedAt) || !inOrder(firstResponseAt, resolvedAt)) {
      throw new RuleViolation("ticket.resolved-too-early", "A ticket is resolved after it was opened and answered.");
    }
    if (!inOrder(createdAt, closedAt) || !inOrder(resolvedAt, closedAt)) {
      throw new RuleViolation("ticket.closed-too-early", "A ticket is closed after it was opened and resolved.");
    }
  }
}

const dates = ({ firstResponseAt, resolvedAt, closedAt }: Ticket) => ({
  firstResponseAt,
  resolvedAt,
  closedAt,
});
