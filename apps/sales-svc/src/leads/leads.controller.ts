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
import { LeadConversionService } from "./lead-conversion.service.ts";
import { ConvertLead, CreateLead, UnqualifyLead, UpdateLead } from "./lead.dto.ts";
import { LEADS } from "./leads.resource.ts";
import { LeadsService } from "./leads.service.ts";

const ALSO_READS = {
  alsoReads: ["customer.account.read", "customer.contact.read", "marketing.campaign.read"],
} as const;

@Controller("v1/leads")
export class LeadsController {
  constructor(
    private readonly leads: LeadsService,
    private readonly conversion: LeadConversionService,
    private readonly queries: RecordQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("sales.lead.read", ALSO_READS)
  @Answers("page", LEADS)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(LEADS, query, who);
  }

  @Post("search")
  @RequirePermission("sales.lead.read", ALSO_READS)
  @Answers("page", LEADS)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(LEADS, body, who);
  }

  @Get("aggregate")
  @RequirePermission("sales.lead.read", ALSO_READS)
  @Answers("aggregate", LEADS)
  aggregate(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.aggregate(LEADS, query, who);
  }

  @Get("fields")
  @RequirePermission("sales.lead.read", ALSO_READS)
  @Answers("fields", LEADS)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(LEADS, who);
  }

  @Get(":id")
  @RequirePermission("sales.lead.read", ALSO_READS)
  @Answers("record", LEADS)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(LEADS, id, who);
  }

  @Get(":id/history")
  @RequirePermission("sales.lead.read", ALSO_READS)
  @Answers("history", LEADS)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(LEADS, id, query, who);
  }

  @Post()
  @RequirePermission("sales.lead.write", ALSO_READS)
  @Answers("created", LEADS)
  create(@Body() body: CreateLead, @Who() who: RequestContext) {
    return this.leads.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("sales.lead.write", ALSO_READS)
  @Answers("record", LEADS)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateLead, @Who() who: RequestContext) {
    return this.leads.update(id, body, who);
  }

  @Post(":id/owner")
  @RequirePermission("sales.lead.write", ALSO_READS)
  @Answers("record", LEADS)
  handOver(@Param("id", ParseId) id: string, @Body() body: OwnerDto, @Who() who: RequestContext) {
    return this.leads.handOver(id, body, who);
  }

  @Put(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("sales.lead.write", ALSO_READS)
  @Answers("record", LEADS)
  share(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Body() { access }: CollaboratorDto,
    @Who() who: RequestContext,
  ) {
    return this.leads.share(id, { type, id: collaboratorId, access }, who);
  }

  @Delete(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("sales.lead.write", ALSO_READS)
  @Answers("record", LEADS)
  unshare(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Who() who: RequestContext,
  ) {
    return this.leads.unshare(id, { type, id: collaboratorId }, who);
  }

  @Post(":id/contact")
  @RequirePermission("sales.lead.write", ALSO_READS)
  @Answers("record", LEADS)
  contact(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.leads.moveTo(id, "contacted", who);
  }

  @Post(":id/nurture")
  @RequirePermission("sales.lead.write", ALSO_READS)
  @Answers("record", LEADS)
  nurture(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.leads.moveTo(id, "nurturing", who);
  }

  @Post(":id/qualify")
  @RequirePermission("sales.lead.write", ALSO_READS)
  @Answers("record", LEADS)
  qualify(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.leads.moveTo(id, "qualified", who);
  }

  @Post(":id/unqualify")
  @RequirePermission("sales.lead.write", ALSO_READS)
  @Answers("record", LEADS)
  unqualify(@Param("id", ParseId) id: string, @Body() body: UnqualifyLead, @Who() who: RequestContext) {
    return this.leads.unqualify(id, body.reason, who);
  }

  @Post(":id/recycle")
  @RequirePermission("sales.lead.write", ALSO_READS)
  @Answers("record", LEADS)
  recycle(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.leads.recycle(id, who);
  }

  /** Makes an account, a contact and an opportunity of it, or joins it to those that are there. */
  @Post(":id/convert")
  @RequirePermission("sales.lead.convert", ALSO_READS)
  @Answers("record", LEADS)
  convert(@Param("id", ParseId) id: string, @Body() body: ConvertLead, @Who() who: RequestContext) {
    return this.conversion.convert(id, body, who);
  }

  @Delete(":id")
  @RequirePermission("sales.lead.delete", ALSO_READS)
  @Answers("nothing", LEADS)
  remove(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.leads.remove(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("sales.lead.delete", ALSO_READS)
  @Answers("record", LEADS)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.leads.restore(id, who);
  }

  /** Erases the person for good: in all services, in history and in events that were ever published. */
  @Post(":id/erase")
  @RequirePermission("sales.lead.erase", ALSO_READS)
  @Answers("nothing", LEADS)
  erase(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.leads.erase(id, who);
  }

  @Post("bulk")
  @RequirePermission("sales.lead.write", ALSO_READS)
  @Answers("bulk", LEADS)
  bulk(@Body() body: BulkRequest, @Who() who: RequestContext) {
    return this.leads.bulk(body, who);
  }
}
