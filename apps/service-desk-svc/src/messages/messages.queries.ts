import type { RequestContext } from "@kehu/auth";
import { Database, type Tx } from "@kehu/database";
import { CursorSigner, parsePaging, RecordQueries, Subjects, type Page, type Subject } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { TICKETS, ticketsOf } from "../tickets/tickets.resource.ts";
import type { MessageView } from "./message.dto.ts";

type Row = Omit<MessageView, "author"> & {
  authorType: string;
  authorId: string;
  authorName: string | null;
  place: string;
};

const SELECT = `
  SELECT m.id, m.ticket_id AS "ticketId", m.direction, m.visibility, m.body, m.channel,
         m.provider_message_id AS "providerMessageId", m.created_at AS "createdAt", m.created_at::text AS place,
         m.author_type AS "authorType", m.author_id AS "authorId", u.name AS "authorName"
  FROM ticket_message m LEFT JOIN user_copy u ON m.author_type <> 'system' AND u.id::text = m.author_id`;

/** The messages of a ticket, for whoever may see the ticket. */
@Injectable()
export class MessagesQueries {
  constructor(
    private readonly database: Database,
    private readonly tickets: RecordQueries,
    private readonly cursors: CursorSigner,
    subjects: Subjects,
  ) {
    subjects.add({ name: "ticket-messages", page: (subject, after, limit) => this.ofSubject(subject, after, limit) });
  }

  /**
   * @param query `limit` and `cursor`
   * @returns the newest first
   * @throws NotFound for a ticket out of the caller's scope
   */
  async list(
    ticketId: string,
    query: Readonly<Record<string, unknown>>,
    who: RequestContext,
  ): Promise<Page<MessageView>> {
    const { limit, cursor } = parsePaging(query);
    await this.tickets.get(TICKETS, ticketId, who);
    const binding = ["messages", ticketId, who.actorType, who.actorId];
    const [at, id] = cursor === null ? [null, null] : this.cursors.read(cursor, binding);
    const rows = await this.database.query<Row>(
      `${SELECT} WHERE m.ticket_id = $1 AND ($2::timestamptz IS NULL OR (m.created_at, m.id) < ($2, $3::uuid))
       ORDER BY m.created_at DESC, m.id DESC LIMIT $4`,
      [ticketId, at, id, limit + 1],
    );
    const hasMore = rows.length > limit;
    const shown = hasMore ? rows.slice(0, limit) : rows;
    const last = shown.at(-1);
    return {
      data: shown.map(viewOf),
      page: { nextCursor: hasMore ? this.cursors.sign([last!.place, last!.id], binding) : null, hasMore },
    };
  }

  /** The messages of a person's tickets, internal ones too. */
  private async ofSubject({ contactIds }: Subject, after: string | null, limit: number): Promise<MessageView[]> {
    const rows = await this.database.queryOnce<Row>(
      `${SELECT} WHERE m.id = ANY(ARRAY(
         SELECT o.id FROM ticket_message o WHERE o.ticket_id = ANY(ARRAY(${ticketsOf("$1")}))
         AND ($2::uuid IS NULL OR o.id > $2) ORDER BY o.id LIMIT $3)) ORDER BY m.id`,
      [contactIds, after, limit],
    );
    return rows.map(viewOf);
  }

  /** @returns the message as the API shows it, in the transaction that wrote it */
  async one(tx: Tx, id: string): Promise<MessageView> {
    const [row] = await tx.query<Row>(`${SELECT} WHERE m.id = $1`, [id]);
    return viewOf(row!);
  }
}

function viewOf({ authorType, authorId, authorName, place: _place, ...message }: Row): MessageView {
  return { ...message, author: { type: authorType, id: authorId, name: authorName } };
}
