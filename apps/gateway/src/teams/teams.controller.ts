import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Answers, History, ListParameters, RecordQueries, SearchRequest } from "@kehu/records";
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from "@nestjs/common";
import { CreateTeam, UpdateTeam } from "./team.dto.ts";
import { TEAMS } from "./teams.resource.ts";
import { TeamsService } from "./teams.service.ts";

@Controller("v1/teams")
export class TeamsController {
  constructor(
    private readonly teams: TeamsService,
    private readonly queries: RecordQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("identity.team.read")
  @Answers("page", TEAMS)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(TEAMS, query, who);
  }

  @Post("search")
  @RequirePermission("identity.team.read")
  @Answers("page", TEAMS)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(TEAMS, body, who);
  }

  @Get("aggregate")
  @RequirePermission("identity.team.read")
  @Answers("aggregate", TEAMS)
  aggregate(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.aggregate(TEAMS, query, who);
  }

  @Get("fields")
  @RequirePermission("identity.team.read")
  @Answers("fields", TEAMS)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(TEAMS, who);
  }

  @Get(":id")
  @RequirePermission("identity.team.read")
  @Answers("record", TEAMS)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(TEAMS, id, who);
  }

  @Get(":id/history")
  @RequirePermission("identity.team.read")
  @Answers("history", TEAMS)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(TEAMS, id, query, who);
  }

  @Post()
  @RequirePermission("identity.team.write")
  @Answers("created", TEAMS)
  create(@Body() body: CreateTeam, @Who() who: RequestContext) {
    return this.teams.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("identity.team.write")
  @Answers("record", TEAMS)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateTeam, @Who() who: RequestContext) {
    return this.teams.update(id, body, who);
  }

  @Delete(":id")
  @RequirePermission("identity.team.delete")
  @Answers("nothing", TEAMS)
  remove(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.teams.remove(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("identity.team.delete")
  @Answers("record", TEAMS)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.teams.restore(id, who);
  }
}
