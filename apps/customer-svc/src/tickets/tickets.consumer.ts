import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { forgetCopies, keepCopies } from "@kehu/records";
import { Controller } from "@nestjs/common";

const TICKET_EVENTS = [
  "service-desk.ticket.created",
  "service-desk.ticket.updated",
  "service-desk.ticket.status-changed",
  "service-desk.ticket.resolved",
  "service-desk.ticket.reopened",
  "service-desk.ticket.closed",
  "service-desk.ticket.escalated",
  "service-desk.ticket.customer-replied",
  "service-desk.ticket.agent-replied",
  "service-desk.ticket.owner-changed",
  "service-desk.ticket.deleted",
  "service-desk.ticket.restored",
  "service-desk.ticket.snapshot",
] as const;
type TicketEvent = EventOf<(typeof TICKET_EVENTS)[number]>;

/** Keeps the service's copies of tickets; their only writer. */
@Controller()
export class TicketsConsumer {
  @OnEvent(TICKET_EVENTS, "tickets-copy")
  async tickets(events: TicketEvent[], { tx }: EventContext): Promise<void> {
    const told = events.map(({ aggregateversion, data: { ticket } }) => ({
      version: aggregateversion,
      name: ticket.subject,
      record: ticket,
      further: {
        contact_id: ticket.contactId,
        is_open: ticket.deletedAt === null && !["resolved", "closed", "spam"].includes(ticket.status),
        touched_at: ticket.updatedAt,
      },
    }));
    await keepCopies(tx, "ticket", told);
  }

  @OnEvent(["service-desk.ticket.purged"], "tickets-purged")
  async purged(events: EventOf<"service-desk.ticket.purged">[], { tx }: EventContext): Promise<void> {
    await forgetCopies(tx, events, { ticket: { contact_id: null, is_open: false, touched_at: "-infinity" } });
  }
}
