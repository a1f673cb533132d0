import type { RequestContext } from "@kehu/auth";
import { mustSet, RecordService, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { TicketVerb } from "./ticket-status.ts";
import type { Ticket } from "./ticket.entity.ts";
import { TICKETS } from "./tickets.resource.ts";

@Injectable()
export class TicketsService extends RecordService<Ticket> {
  constructor(writing: Writing) {
    super(TICKETS, writing);
  }

  move(id: string, verb: Exclude<TicketVerb, "escalate">, who: RequestContext) {
    const { records, clock } = this.writing;
    mustSet(TICKETS, { status: verb }, who);
    return records.change(TICKETS, id, who, (ticket) => ticket.move(verb, clock.now()));
  }

  escalate(id: string, who: RequestContext) {
    const { records, clock } = this.writing;
    mustSet(TICKETS, { escalated: true }, who);
    return records.change(TICKETS, id, who, (ticket) => ticket.escalate(clock.now()));
  }
}
