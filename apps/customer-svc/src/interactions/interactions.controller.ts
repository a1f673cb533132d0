import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
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
import { LINKED } from "../links/link-targets.ts";
import { CreateInteraction, UpdateInteraction } from "./interaction.dto.ts";
import { INTERACTIONS } from "./interactions.resource.ts";
import { InteractionsService } from "./interactions.service.ts";

@Controller("v1/interactions")
export class InteractionsController {
  constructor(
    private readonly interactions: InteractionsService,
    private readonly queries: RecordQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("customer.interaction.read", LINKED)
  @Answers("page", INTERACTIONS)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(INTERACTIONS, query, who);
  }

  @Post("search")
  @RequirePermission("customer.interaction.read", LINKED)
  @Answers("page", INTERACTIONS)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(INTERACTIONS, body, who);
  }

  @Get("aggregate")
  @RequirePermission("customer.interaction.read", LINKED)
  @Answers("aggregate", INTERACTIONS)
  aggregate(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.aggregate(INTERACTIONS, query, who);
  }

  @Get("fields")
  @RequirePermission("customer.interaction.read")
  @Answers("fields", INTERACTIONS)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(INTERACTIONS, who);
  }

  @Get(":id")
  @RequirePermission("customer.interaction.read", LINKED)
  @Answers("record", INTERACTIONS)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(INTERACTIONS, id, who);
  }

  @Get(":id/history")
  @RequirePermission("customer.interaction.read")
  @Answers("history", INTERACTIONS)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(INTERACTIONS, id, query, who);
  }

  @Post()
  @RequirePermission("customer.interaction.write", LINKED)
  @Answers("created", INTERACTIONS)
  create(@Body() body: CreateInteraction, @Who() who: RequestContext) {
    return this.interactions.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("customer.interaction.write", LINKED)
  @Answers("record", INTERACTIONS)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateInteraction, @Who() who: RequestContext) {
    return this.interactions.update(id, body, who);
  }

  @Post(":id/owner")
  @RequirePermission("customer.interaction.write", LINKED)
  @Answers("record", INTERACTIONS)
  handOver(@Param("id", ParseId) id: string, @Body() body: OwnerDto, @Who() who: RequestContext) {
    return this.interactions.handOver(id, body, who);
  }

  @Put(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("customer.interaction.write", LINKED)
  @Answers("record", INTERACTIONS)
  share(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Body() { access }: CollaboratorDto,
    @Who() who: RequestContext,
  ) {
    return this.interactions.share(id, { type, id: collaboratorId, access }, who);
  }

  @Delete(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("customer.interaction.write", LINKED)
  @Answers("record", INTERACTIONS)
  unshare(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Who() who: RequestContext,
  ) {
    return this.interactions.unshare(id, { type, id: collaboratorId }, who);
  }

  @Delete(":id")
  @RequirePermission("customer.interaction.delete")
  @Answers("nothing", INTERACTIONS)
  remove(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.interactions.remove(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("customer.interaction.delete", LINKED)
  @Answers("record", INTERACTIONS)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.interactions.restore(id, who);
  }

  @Post("bulk")
  @RequirePermission("customer.interaction.write", LINKED)
  @Answers("bulk", INTERACTIONS)
  bulk(@Body() body: BulkRequest, @Who() who: RequestContext) {
    return this.interactions.bulk(body, who);
  }
}
