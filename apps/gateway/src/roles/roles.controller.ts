import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Answers, History, ListParameters, RecordQueries } from "@kehu/records";
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from "@nestjs/common";
import { CreateRole, UpdateRole } from "./role.dto.ts";
import { ROLES } from "./roles.resource.ts";
import { RolesService } from "./roles.service.ts";

@Controller("v1/roles")
export class RolesController {
  constructor(
    private readonly roles: RolesService,
    private readonly queries: RecordQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("identity.role.read")
  @Answers("page", ROLES)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(ROLES, query, who);
  }

  @Get(":id")
  @RequirePermission("identity.role.read")
  @Answers("record", ROLES)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(ROLES, id, who);
  }

  @Get(":id/history")
  @RequirePermission("identity.role.read")
  @Answers("history", ROLES)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(ROLES, id, query, who);
  }

  @Post()
  @RequirePermission("identity.role.write")
  @Answers("created", ROLES)
  create(@Body() body: CreateRole, @Who() who: RequestContext) {
    return this.roles.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("identity.role.write")
  @Answers("record", ROLES)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateRole, @Who() who: RequestContext) {
    return this.roles.update(id, body, who);
  }

  @Delete(":id")
  @RequirePermission("identity.role.delete")
  @Answers("nothing", ROLES)
  remove(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.roles.remove(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("identity.role.delete")
  @Answers("record", ROLES)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.roles.restore(id, who);
  }
}
