import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { ListParameters, PAGING, Takes } from "@kehu/records";
import { Body, Controller, Get, Param, Post, Query } from "@nestjs/common";
import { CreateMessage } from "./message.dto.ts";
import { MessagesQueries } from "./messages.queries.ts";
import { MessagesService } from "./messages.service.ts";

@Controller("v1/tickets/:id/messages")
export class MessagesController {
  constructor(
    private readonly messages: MessagesService,
    private readonly queries: MessagesQueries,
  ) {}

  @Get()
  @RequirePermission("service-desk.ticket.read")
  @Takes(PAGING)
  list(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(id, query, who);
  }

  @Post()
  @RequirePermission("service-desk.ticket.write")
  add(@Param("id", ParseId) id: string, @Body() body: CreateMessage, @Who() who: RequestContext) {
    return this.messages.add(id, body, who);
  }
}
