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
import { PEOPLE } from "../people/people-copies.ts";
import { CreateMember, MemberStatusDto, UpdateMember } from "./member.dto.ts";
import { MEMBERS } from "./members.resource.ts";
import { MembersService } from "./members.service.ts";

@Controller("v1/campaign-members")
export class MembersController {
  constructor(
    private readonly members: MembersService,
    private readonly queries: RecordQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("marketing.campaign-member.read", { alsoReads: PEOPLE })
  @Answers("page", MEMBERS)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(MEMBERS, query, who);
  }

  @Post("search")
  @RequirePermission("marketing.campaign-member.read", { alsoReads: PEOPLE })
  @Answers("page", MEMBERS)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(MEMBERS, body, who);
  }

  @Get("aggregate")
  @RequirePermission("marketing.campaign-member.read", { alsoReads: PEOPLE })
  @Answers("aggregate", MEMBERS)
  aggregate(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.aggregate(MEMBERS, query, who);
  }

  @Get("fields")
  @RequirePermission("marketing.campaign-member.read")
  @Answers("fields", MEMBERS)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(MEMBERS, who);
  }

  @Get(":id")
  @RequirePermission("marketing.campaign-member.read", { alsoReads: PEOPLE })
  @Answers("record", MEMBERS)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(MEMBERS, id, who);
  }

  @Get(":id/history")
  @RequirePermission("marketing.campaign-member.read")
  @Answers("history", MEMBERS)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(MEMBERS, id, query, who);
  }

  @Post()
  @RequirePermission("marketing.campaign-member.write", { alsoReads: PEOPLE })
  @Answers("created", MEMBERS)
  create(@Body() body: CreateMember, @Who() who: RequestContext) {
    return this.members.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("marketing.campaign-member.write", { alsoReads: PEOPLE })
  @Answers("record", MEMBERS)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateMember, @Who() who: RequestContext) {
    return this.members.update(id, body, who);
  }

  @Post(":id/owner")
  @RequirePermission("marketing.campaign-member.write", { alsoReads: PEOPLE })
  @Answers("record", MEMBERS)
  handOver(@Param("id", ParseId) id: string, @Body() body: OwnerDto, @Who() who: RequestContext) {
    return this.members.handOver(id, body, who);
  }

  @Put(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("marketing.campaign-member.write", { alsoReads: PEOPLE })
  @Answers("record", MEMBERS)
  share(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Body() { access }: CollaboratorDto,
    @Who() who: RequestContext,
  ) {
    return this.members.share(id, { type, id: collaboratorId, access }, who);
  }

  @Delete(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("marketing.campaign-member.write", { alsoReads: PEOPLE })
  @Answers("record", MEMBERS)
  unshare(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Who() who: RequestContext,
  ) {
    return this.members.unshare(id, { type, id: collaboratorId }, who);
  }

  /** Takes note of how far the campaign came with the person; it never goes backwards. */
  @Post(":id/status")
  @RequirePermission("marketing.campaign-member.write", { alsoReads: PEOPLE })
  @Answers("record", MEMBERS)
  reach(@Param("id", ParseId) id: string, @Body() body: MemberStatusDto, @Who() who: RequestContext) {
    return this.members.reach(id, body, who);
  }

  @Delete(":id")
  @RequirePermission("marketing.campaign-member.delete")
  @Answers("nothing", MEMBERS)
  remove(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.members.remove(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("marketing.campaign-member.delete", { alsoReads: PEOPLE })
  @Answers("record", MEMBERS)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.members.restore(id, who);
  }

  @Post("bulk")
  @RequirePermission("marketing.campaign-member.write", { alsoReads: PEOPLE })
  @Answers("bulk", MEMBERS)
  bulk(@Body() body: BulkRequest, @Who() who: RequestContext) {
    return this.members.bulk(body, who);
  }
}
