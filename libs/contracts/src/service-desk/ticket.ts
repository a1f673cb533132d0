import { Type, type Static } from "typebox";
import { concept, Instant, nullable, oneOf, OwnedState, Uuid } from "../event.ts";

export const TICKET_STATUSES = ["new", "open", "pending_customer", "on_hold", "resolved", "closed", "spam"] as const;
export const TICKET_CHANNELS = ["email", "phone", "web", "chat", "social", "other"] as const;
export const TICKET_TYPES = ["question", "incident", "complaint", "request"] as const;
export const PRIORITIES = ["low", "normal", "high", "urgent"] as const;
export const VISIBILITIES = ["public", "internal"] as const;

export const TicketState = Type.Object({
  ...OwnedState,
  number: Type.Integer(),
  subject: Type.String(),
  status: oneOf(TICKET_STATUSES),
  escalated: Type.Boolean(),
  channel: nullable(oneOf(TICKET_CHANNELS)),
  type: nullable(oneOf(TICKET_TYPES)),
  priority: oneOf(PRIORITIES),
  queueId: nullable(Uuid),
  accountId: nullable(Uuid),
  contactId: nullable(Uuid),
  /** The closed ticket that a later message of the customer continues here. */
  followsTicketId: nullable(Uuid),
  reopenedCount: Type.Integer(),
  firstResponseAt: nullable(Instant),
  resolvedAt: nullable(Instant),
  closedAt: nullable(Instant),
});
export type TicketState = Static<typeof TicketState>;

const Status = oneOf(TICKET_STATUSES);

const ticket = concept("kehu.service-desk.ticket", "ticket", TicketState, {
  id: "0199c1a0-0000-7000-8000-000000000008",
  ownerId: "0199c1a0-0000-7000-8000-00000000000a",
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  teamId: null,
  collaborators: [],
  custom: { region: "华东", visits: 3 },
  tags: ["key account"],
  number: 1001,
  subject: "Login fails",
  status: "new",
  escalated: false,
  channel: "email",
  type: "incident",
  priority: "normal",
  queueId: null,
  accountId: null,
  contactId: null,
  followsTicketId: null,
  reopenedCount: 0,
  firstResponseAt: null,
  resolvedAt: null,
  closedAt: null,
});

/** A message as events tell of it: its text stays in the service desk. */
const MessageFact = {
  messageId: Uuid,
  visibility: oneOf(VISIBILITIES),
};
const messageExample = { messageId: "0199c1a0-0000-7000-8000-0000000000d1", visibility: "public" } as const;

export const TICKET_EVENTS = {
  "service-desk.ticket.created": ticket(),
  "service-desk.ticket.updated": ticket(),
  "service-desk.ticket.status-changed": ticket({ from: Status }, { from: "new" }),
  "service-desk.ticket.resolved": ticket({ from: Status }, { from: "open" }),
  "service-desk.ticket.reopened": ticket({ from: Status }, { from: "resolved" }),
  "service-desk.ticket.closed": ticket({ from: Status }, { from: "resolved" }),
  "service-desk.ticket.escalated": ticket(),
  "service-desk.ticket.customer-replied": ticket(
    { from: Status, ...MessageFact },
    { from: "pending_customer", ...messageExample },
  ),
  "service-desk.ticket.agent-replied": ticket({ from: Status, ...MessageFact }, { from: "open", ...messageExample }),
  "service-desk.ticket.owner-changed": ticket({ from: nullable(Uuid) }, { from: null }),
  "service-desk.ticket.deleted": ticket(),
  "service-desk.ticket.restored": ticket(),
  "service-desk.ticket.purged": ticket.purged,
  "service-desk.ticket.snapshot": ticket(),
};
