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
import { OpportunitiesQueries } from "./opportunities.queries.ts";
import {
  CreateOpportunity,
  LoseOpportunity,
  MoveOpportunity,
  ReopenOpportunity,
  UpdateOpportunity,
  WinOpportunity,
} from "./opportunity.dto.ts";
import { OPPORTUNITIES } from "./opportunities.resource.ts";
import { OpportunitiesService } from "./opportunities.service.ts";

const ALSO_READS = {
  alsoReads: ["customer.account.read", "customer.contact.read", "marketing.campaign.read"],
} as const;

@Controller("v1/opportunities")
export class OpportunitiesController {
  constructor(
    private readonly opportunities: OpportunitiesService,
    private readonly queries: RecordQueries,
    private readonly stageQueries: OpportunitiesQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("sales.opportunity.read", ALSO_READS)
  @Answers("page", OPPORTUNITIES)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(OPPORTUNITIES, query, who);
  }

  @Post("search")
  @RequirePermission("sales.opportunity.read", ALSO_READS)
  @Answers("page", OPPORTUNITIES)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(OPPORTUNITIES, body, who);
  }

  @Get("aggregate")
  @RequirePermission("sales.opportunity.read", ALSO_READS)
  @Answers("aggregate", OPPORTUNITIES)
  aggregate(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.aggregate(OPPORTUNITIES, query, who);
  }

  @Get("fields")
  @RequirePermission("sales.opportunity.read", ALSO_READS)
  @Answers("fields", OPPORTUNITIES)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(OPPORTUNITIES, who);
  }

  @Get(":id")
  @RequirePermission("sales.opportunity.read", ALSO_READS)
  @Answers("record", OPPORTUNITIES)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(OPPORTUNITIES, id, who);
  }

  @Get(":id/history")
  @RequirePermission("sales.opportunity.read", ALSO_READS)
  @Answers("history", OPPORTUNITIES)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(OPPORTUNITIES, id, query, who);
  }

  /** The stages through which it went, the first one first. */
  @Get(":id/stages")
  @RequirePermission("sales.opportunity.read")
  stages(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.stageQueries.stages(id, who);
  }

  @Post()
  @RequirePermission("sales.opportunity.write", ALSO_READS)
  @Answers("created", OPPORTUNITIES)
  create(@Body() body: CreateOpportunity, @Who() who: RequestContext) {
    return this.opportunities.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("sales.opportunity.write", ALSO_READS)
  @Answers("record", OPPORTUNITIES)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateOpportunity, @Who() who: RequestContext) {
    return this.opportunities.update(id, body, who);
  }

  @Post(":id/owner")
  @RequirePermission("sales.opportunity.write", ALSO_READS)
  @Answers("record", OPPORTUNITIES)
  handOver(@Param("id", ParseId) id: string, @Body() body: OwnerDto, @Who() who: RequestContext) {
    return this.opportunities.handOver(id, body, who);
  }

  @Put(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("sales.opportunity.write", ALSO_READS)
  @Answers("record", OPPORTUNITIES)
  share(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Body() { access }: CollaboratorDto,
    @Who() who: RequestContext,
  ) {
    return this.opportunities.share(id, { type, id: collaboratorId, access }, who);
  }

  @Delete(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("sales.opportunity.write", ALSO_READS)
  @Answers("record", OPPORTUNITIES)
  unshare(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Who() who: RequestContext,
  ) {
    return this.opportunities.unshare(id, { type, id: collaboratorId }, who);
  }

  @Post(":id/stage")
  @RequirePermission("sales.opportunity.write", ALSO_READS)
  @Answers("record", OPPORTUNITIES)
  stage(@Param("id", ParseId) id: string, @Body() body: MoveOpportunity, @Who() who: RequestContext) {
    return this.opportunities.moveTo(id, body, who);
  }

  @Post(":id/win")
  @RequirePermission("sales.opportunity.write", ALSO_READS)
  @Answers("record", OPPORTUNITIES)
  win(@Param("id", ParseId) id: string, @Body() body: WinOpportunity, @Who() who: RequestContext) {
    return this.opportunities.win(id, body, who);
  }

  @Post(":id/lose")
  @RequirePermission("sales.opportunity.write", ALSO_READS)
  @Answers("record", OPPORTUNITIES)
  lose(@Param("id", ParseId) id: string, @Body() body: LoseOpportunity, @Who() who: RequestContext) {
    return this.opportunities.lose(id, body, who);
  }

  @Post(":id/reopen")
  @RequirePermission("sales.opportunity.reopen", ALSO_READS)
  @Answers("record", OPPORTUNITIES)
  reopen(@Param("id", ParseId) id: string, @Body() body: ReopenOpportunity, @Who() who: RequestContext) {
    return this.opportunities.reopen(id, body, who);
  }

  @Delete(":id")
  @RequirePermission("sales.opportunity.delete", ALSO_READS)
  @Answers("nothing", OPPORTUNITIES)
  remove(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.opportunities.remove(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("sales.opportunity.delete", ALSO_READS)
  @Answers("record", OPPORTUNITIES)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.opportunities.restore(id, who);
  }

  @Post("bulk")
  @RequirePermission("sales.opportunity.write", ALSO_READS)
  @Answers("bulk", OPPORTUNITIES)
  bulk(@Body() body: BulkRequest, @Who() who: RequestContext) {
    return this.opportunities.bulk(body, who);
  }
}
