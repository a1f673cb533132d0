import { PRIORITIES, TICKET_CHANNELS, TICKET_STATUSES, TICKET_TYPES } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import {
  boolean,
  choice,
  ownedFields,
  instant,
  integer,
  reference,
  resource,
  text,
  type ReferenceTarget,
} from "@kehu/records";
import { ACCOUNT, CONTACT } from "../customers/customer-copies.ts";
import { CreateTicket, ImportTicket, UpdateTicket } from "./ticket.dto.ts";
import { Ticket } from "./ticket.entity.ts";

/** How a ticket refers to the queue that it waits in. */
const QUEUE: ReferenceTarget = {
  type: "queue",
  table: "queue",
  name: "name",
  permission: "service-desk.queue.read",
  copy: false,
};

/** How a ticket refers to the one that it continues. */
const TICKET: ReferenceTarget = {
  type: "ticket",
  table: "ticket",
  name: "subject",
  permission: "service-desk.ticket.read",
  copy: false,
};

/** @returns SQL of the ids of the tickets of contacts, deleted ones too: each of the two has an index of its own */
export const ticketsOf = (contactIds: string) => `
  SELECT o.id FROM ticket o WHERE o.contact_id = ANY(${contactIds}) AND o.deleted_at IS NULL
  UNION ALL SELECT o.id FROM ticket o WHERE o.contact_id = ANY(${contactIds}) AND o.deleted_at IS NOT NULL`;

export const TICKETS = resource<Ticket>({
  name: "tickets",
  type: "ticket",
  concept: "service-desk.ticket",
  snapshot: "service-desk.ticket.snapshot",
  purged: "service-desk.ticket.purged",
  updated: "service-desk.ticket.updated",
  table: "ticket",
  parts: [{ table: "ticket_message", column: "ticket_id" }],
  entity: Ticket,
  permissions: {
    read: "service-desk.ticket.read",
    write: "service-desk.ticket.write",
    import: "service-desk.ticket.import",
    export: "service-desk.ticket.export",
  },
  fields: ownedFields({
    number: integer("Number", "编号", { neverNull: true }),
    subject: text("Subject", "主题", { required: true }),
    status: choice("Status", "状态", TICKET_STATUSES, { neverNull: true }),
    escalated: boolean("Escalated", "已升级", { neverNull: true }),
    channel: choice("Channel", "渠道", TICKET_CHANNELS),
    type: choice("Type", "类型", TICKET_TYPES),
    priority: choice("Priority", "优先级", PRIORITIES, { neverNull: true }),
    queueId: reference("Queue", "队列", QUEUE),
    accountId: reference("Account", "客户", ACCOUNT),
    contactId: reference("Contact", "联系人", CONTACT),
    followsTicketId: reference("Continues", "延续自", TICKET),
    reopenedCount: integer("Times reopened", "重开次数", { neverNull: true }),
    firstResponseAt: instant("First response", "首次响应时间"),
    resolvedAt: instant("Resolved", "解决时间"),
    closedAt: instant("Closed", "关闭时间"),
  }),
  naming: ({ contactIds }, bind) => ticketsOf(bind(contactIds)),
  together: [["status", "resolvedAt", "closedAt"]],
  keywords: ["subject", "number"],
  dto: { create: CreateTicket, update: UpdateTicket, import: ImportTicket },
  context: (tx, _items, births) => freeNumbers(tx, births),
});

/** Numbers that no other ticket has or gets; those that are not used after all stay free for ever. */
async function freeNumbers(tx: Tx, count: number): Promise<number[]> {
  if (count === 0) return [];
  const rows = await tx.query<{ number: number }>(
    "SELECT nextval('ticket_number')::integer AS number FROM generate_series(1, $1::integer)",
    [count],
  );
  return rows.map(({ number }) => number);
}
