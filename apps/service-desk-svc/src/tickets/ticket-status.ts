import type { EventType, TicketState } from "@kehu/contracts";

export type TicketStatus = TicketState["status"];

export type TicketVerb = "open" | "pend" | "hold" | "resolve" | "close" | "reopen" | "spam" | "escalate";

/** Which verb leads from where to where. An escalated ticket is one that is open. */
export const MOVES: Readonly<Record<TicketVerb, { from: readonly TicketStatus[]; to: TicketStatus }>> = {
  open: { from: ["new", "pending_customer", "on_hold"], to: "open" },
  pend: { from: ["open"], to: "pending_customer" },
  hold: { from: ["open"], to: "on_hold" },
  resolve: { from: ["open"], to: "resolved" },
  close: { from: ["resolved"], to: "closed" },
  reopen: { from: ["resolved"], to: "open" },
  spam: { from: ["new"], to: "spam" },
  escalate: { from: ["new", "open", "pending_customer", "on_hold"], to: "open" },
};

/** The fact that says that a ticket is now in a status. */
export const FACTS: Readonly<Record<TicketStatus, EventType>> = {
  new: "service-desk.ticket.status-changed",
  open: "service-desk.ticket.status-changed",
  pending_customer: "service-desk.ticket.status-changed",
  on_hold: "service-desk.ticket.status-changed",
  resolved: "service-desk.ticket.resolved",
  closed: "service-desk.ticket.closed",
  spam: "service-desk.ticket.status-changed",
};

/** Where a message of the customer makes the ticket ours again. */
export const WAITING_FOR_CUSTOMER: readonly TicketStatus[] = ["pending_customer", "resolved"];

/** Nobody works on it any more. */
export const ENDED: readonly TicketStatus[] = ["resolved", "closed", "spam"];

/** @returns the verbs that a ticket of the status takes */
export function verbsFrom(status: TicketStatus): TicketVerb[] {
  return (Object.keys(MOVES) as TicketVerb[]).filter((verb) => MOVES[verb].from.includes(status));
}
