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
import { CreateCampaign, UpdateCampaign } from "./campaign.dto.ts";
import { CAMPAIGNS } from "./campaigns.resource.ts";
import { CampaignsService } from "./campaigns.service.ts";

@Controller("v1/campaigns")
export class CampaignsController {
  constructor(
    private readonly campaigns: CampaignsService,
    private readonly queries: RecordQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("marketing.campaign.read")
  @Answers("page", CAMPAIGNS)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(CAMPAIGNS, query, who);
  }

  @Post("search")
  @RequirePermission("marketing.campaign.read")
  @Answers("page", CAMPAIGNS)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(CAMPAIGNS, body, who);
  }

  @Get("aggregate")
  @RequirePermission("marketing.campaign.read")
  @Answers("aggregate", CAMPAIGNS)
  aggregate(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.aggregate(CAMPAIGNS, query, who);
  }

  @Get("fields")
  @RequirePermission("marketing.campaign.read")
  @Answers("fields", CAMPAIGNS)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(CAMPAIGNS, who);
  }

  @Get(":id")
  @RequirePermission("marketing.campaign.read")
  @Answers("record", CAMPAIGNS)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(CAMPAIGNS, id, who);
  }

  @Get(":id/history")
  @RequirePermission("marketing.campaign.read")
  @Answers("history", CAMPAIGNS)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(CAMPAIGNS, id, query, who);
  }

  @Post()
  @RequirePermission("marketing.campaign.write")
  @Answers("created", CAMPAIGNS)
  create(@Body() body: CreateCampaign, @Who() who: RequestContext) {
    return this.campaigns.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("marketing.campaign.write")
  @Answers("record", CAMPAIGNS)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateCampaign, @Who() who: RequestContext) {
    return this.campaigns.update(id, body, who);
  }

  @Post(":id/owner")
  @RequirePermission("marketing.campaign.write")
  @Answers("record", CAMPAIGNS)
  handOver(@Param("id", ParseId) id: string, @Body() body: OwnerDto, @Who() who: RequestContext) {
    return this.campaigns.handOver(id, body, who);
  }

  @Put(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("marketing.campaign.write")
  @Answers("record", CAMPAIGNS)
  share(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Body() { access }: CollaboratorDto,
    @Who() who: RequestContext,
  ) {
    return this.campaigns.share(id, { type, id: collaboratorId, access }, who);
  }

  @Delete(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("marketing.campaign.write")
  @Answers("record", CAMPAIGNS)
  unshare(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Who() who: RequestContext,
  ) {
    return this.campaigns.unshare(id, { type, id: collaboratorId }, who);
  }

  @Post(":id/schedule")
  @RequirePermission("marketing.campaign.write")
  @Answers("record", CAMPAIGNS)
  schedule(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.campaigns.move(id, "schedule", who);
  }

  @Post(":id/launch")
  @RequirePermission("marketing.campaign.write")
  @Answers("record", CAMPAIGNS)
  launch(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.campaigns.move(id, "launch", who);
  }

  @Post(":id/pause")
  @RequirePermission("marketing.campaign.write")
  @Answers("record", CAMPAIGNS)
  pause(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.campaigns.move(id, "pause", who);
  }

  @Post(":id/resume")
  @RequirePermission("marketing.campaign.write")
  @Answers("record", CAMPAIGNS)
  resume(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.campaigns.move(id, "resume", who);
  }

  @Post(":id/finish")
  @RequirePermission("marketing.campaign.write")
  @Answers("record", CAMPAIGNS)
  finish(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.campaigns.move(id, "finish", who);
  }

  @Post(":id/cancel")
  @RequirePermission("marketing.campaign.write")
  @Answers("record", CAMPAIGNS)
  cancel(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.campaigns.move(id, "cancel", who);
  }

  @Delete(":id")
  @RequirePermission("marketing.campaign.delete")
  @Answers("nothing", CAMPAIGNS)
  remove(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.campaigns.remove(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("marketing.campaign.delete")
  @Answers("record", CAMPAIGNS)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.campaigns.restore(id, who);
  }

  @Post("bulk")
  @RequirePermission("marketing.campaign.write")
  @Answers("bulk", CAMPAIGNS)
  bulk(@Body() body: BulkRequest, @Who() who: RequestContext) {
    return this.campaigns.bulk(body, who);
  }
}
