import { RequirePermission, Who, type Permission, type RequestContext } from "@kehu/auth";
import { ParseCollaboratorType, ParseId } from "@kehu/http";
import {
  Answers,
  BulkRequest,
  CollaboratorDto,
  History,
  ListParameters,
  OwnerDto,
  RecordQueries,
  SearchRequest,
} from "@kehu/records";
import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from "@nestjs/common";
import { CreateTicket, UpdateTicket } from "./ticket.dto.ts";
import { TICKETS } from "./tickets.resource.ts";
import { TicketsService } from "./tickets.service.ts";

/** Whose names stand beside the ids in a ticket. */
const CUSTOMERS: readonly Permission[] = ["customer.account.read", "customer.contact.read"];

@Controller("v1/tickets")
export class TicketsController {
  constructor(
    private readonly tickets: TicketsService,
    private readonly queries: RecordQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("service-desk.ticket.read", { alsoReads: CUSTOMERS })
  @Answers("page", TICKETS)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(TICKETS, query, who);
  }

  @Post("search")
  @RequirePermission("service-desk.ticket.read", { alsoReads: CUSTOMERS })
  @Answers("page", TICKETS)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(TICKETS, body, who);
  }

  @Get("aggregate")
  @RequirePermission("service-desk.ticket.read", { alsoReads: CUSTOMERS })
  @Answers("aggregate", TICKETS)
  aggregate(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.aggregate(TICKETS, query, who);
  }

  @Get("fields")
  @RequirePermission("service-desk.ticket.read")
  @Answers("fields", TICKETS)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(TICKETS, who);
  }

  @Get(":id")
  @RequirePermission("service-desk.ticket.read", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(TICKETS, id, who);
  }

  @Get(":id/history")
  @RequirePermission("service-desk.ticket.read")
  @Answers("history", TICKETS)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(TICKETS, id, query, who);
  }

  @Post()
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("created", TICKETS)
  create(@Body() body: CreateTicket, @Who() who: RequestContext) {
    return this.tickets.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateTicket, @Who() who: RequestContext) {
    return this.tickets.update(id, body, who);
  }

  @Post(":id/owner")
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  handOver(@Param("id", ParseId) id: string, @Body() body: OwnerDto, @Who() who: RequestContext) {
    return this.tickets.handOver(id, body, who);
  }

  @Put(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  share(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Body() { access }: CollaboratorDto,
    @Who() who: RequestContext,
  ) {
    return this.tickets.share(id, { type, id: collaboratorId, access }, who);
  }

  @Delete(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  unshare(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Who() who: RequestContext,
  ) {
    return this.tickets.unshare(id, { type, id: collaboratorId }, who);
  }

  /** Gives it to an agent; a new ticket is open then. */
  @Post(":id/assign")
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  assign(@Param("id", ParseId) id: string, @Body() body: OwnerDto, @Who() who: RequestContext) {
    return this.tickets.handOver(id, body, who);
  }

  /** Work on it begins, or goes on. */
  @Post(":id/open")
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  open(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.tickets.move(id, "open", who);
  }

  /** Waits for the customer. */
  @Post(":id/pend")
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  pend(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.tickets.move(id, "pend", who);
  }

  /** Waits for a third party. */
  @Post(":id/hold")
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  hold(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.tickets.move(id, "hold", who);
  }

  @Post(":id/resolve")
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  resolve(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.tickets.move(id, "resolve", who);
  }

  @Post(":id/close")
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  close(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.tickets.move(id, "close", who);
  }

  @Post(":id/reopen")
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  reopen(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.tickets.move(id, "reopen", who);
  }

  @Post(":id/spam")
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  spam(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.tickets.move(id, "spam", who);
  }

  @Post(":id/escalate")
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  escalate(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.tickets.escalate(id, who);
  }

  @Delete(":id")
  @RequirePermission("service-desk.ticket.delete")
  @Answers("nothing", TICKETS)
  remove(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.tickets.remove(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("service-desk.ticket.delete", { alsoReads: CUSTOMERS })
  @Answers("record", TICKETS)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.tickets.restore(id, who);
  }

  @Post("bulk")
  @RequirePermission("service-desk.ticket.write", { alsoReads: CUSTOMERS })
  @Answers("bulk", TICKETS)
  bulk(@Body() body: BulkRequest, @Who() who: RequestContext) {
    return this.tickets.bulk(body, who);
  }
}
