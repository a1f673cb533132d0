import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Answers, ListParameters, RecordQueries } from "@kehu/records";
import { Controller, Get, Param, Query } from "@nestjs/common";
import { ROLES } from "./roles.resource.ts";

@Controller("v1/roles")
export class RolesController {
  constructor(private readonly queries: RecordQueries) {}

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
}
