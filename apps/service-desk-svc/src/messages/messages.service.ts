import { rowScope, type RequestContext } from "@kehu/auth";
import { Conflict, RuleViolation } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { Values, Writing, type WriteReply } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { v7 as uuidv7 } from "uuid";
import type { Ticket } from "../tickets/ticket.entity.ts";
import { TICKETS } from "../tickets/tickets.resource.ts";
import type { CreateMessage, MessageView } from "./message.dto.ts";
import { MessagesQueries } from "./messages.queries.ts";

/** Messages are written under the lock of their ticket, whose events tell of them. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly writing: Writing,
    private readonly queries: MessagesQueries,
  ) {}

  /**
   * Adds a message to a ticket. One of the customer on a closed ticket opens a new one, which the message belongs to.
   *
   * @returns the message; the one that is there already when the provider's message comes again
   * @throws RuleViolation for an internal message of the customer
   * @throws Conflict when the provider's message belongs to another ticket
   */
  add(ticketId: string, data: CreateMessage, who: RequestContext): Promise<WriteReply<MessageView>> {
    const { direction = "outbound", visibility = "public", providerMessageId } = data;
    if (direction === "inbound" && visibility === "internal") {
      throw new RuleViolation("message.inbound-internal", "What a customer writes is public.");
    }
    const { records, clock } = this.writing;
    let id = uuidv7();
    return records.change(
      TICKETS,
      ticketId,
      who,
      async (ticket, tx) => {
        const known = providerMessageId ? await messageOf(tx, ticket, providerMessageId, who) : null;
        if (known) {
          id = known;
          return [];
        }
        const now = clock.now();
        const message = { id, direction, visibility };
        if (direction === "outbound" || ticket.status !== "closed") {
          await insert(tx, ticket.id, { ...data, ...message }, now, who);
          return ticket.receive(message, now);
        }
        const [next] = await records.add(tx, TICKETS, [ticket.successor(data.channel ?? null)], who);
        await insert(tx, next!.id, { ...data, ...message }, now, who);
        return [];
      },
      { reply: async (tx) => ({ body: await this.queries.one(tx, id), version: null, location: null }) },
    ) as Promise<WriteReply<MessageView>>;
  }
}

/**
 * @returns the id of the provider's message where the ticket has it, or one that continues it and that the caller may read
 */
async function messageOf(
  tx: Tx,
  ticket: Ticket,
  providerMessageId: string,
  who: RequestContext,
): Promise<string | null> {
  const values = new Values();
  const [id, name, self] = [ticket.id, providerMessageId, who.actorId].map((value) => values.bind(value));
  const readable = rowScope(who, TICKETS.permissions.read, "t", values.bind);
  const [row] = await tx.query<{ id: string; here: boolean }>(
    `SELECT m.id, t.id = ${id} OR coalesce(t.follows_ticket_id = ${id}
       AND (m.author_id = ${self} OR (t.deleted_at IS NULL AND ${readable})), false) AS here
     FROM ticket_message m JOIN ticket t ON t.id = m.ticket_id WHERE m.provider_message_id = ${name}`,
    values.list,
  );
  if (row && !row.here) throw taken();
  return row?.id ?? null;
}

async function insert(
  tx: Tx,
  ticketId: string,
  message: CreateMessage & { id: string },
  now: Date,
  who: RequestContext,
): Promise<void> {
  const { id, direction, visibility, channel, providerMessageId, body } = message;
  const written = await tx.query(
    `INSERT INTO ticket_message
       (id, ticket_id, direction, visibility, channel, provider_message_id, body, author_type, author_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (provider_message_id) WHERE provider_message_id IS NOT NULL DO NOTHING RETURNING 1`,
    [id, ticketId, direction, visibility, channel, providerMessageId, body, who.actorType, who.actorId, now],
  );
  if (written.length === 0) throw taken();
}

const taken = () =>
  new Conflict("message.provider-id-taken", "This message of the provider belongs to another ticket.");
