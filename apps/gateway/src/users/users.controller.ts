import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Answers, BulkRequest, History, ListParameters, RecordQueries, SearchRequest } from "@kehu/records";
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from "@nestjs/common";
import { InvitationsService } from "./invitations.service.ts";
import { CreateUser, UpdateUser } from "./user.dto.ts";
import { USERS } from "./users.resource.ts";
import { UsersService } from "./users.service.ts";

@Controller("v1/users")
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly invitations: InvitationsService,
    private readonly queries: RecordQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("identity.user.read")
  @Answers("page", USERS)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(USERS, query, who);
  }

  @Post("search")
  @RequirePermission("identity.user.read")
  @Answers("page", USERS)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(USERS, body, who);
  }

  @Get("aggregate")
  @RequirePermission("identity.user.read")
  @Answers("aggregate", USERS)
  aggregate(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.aggregate(USERS, query, who);
  }

  @Get("fields")
  @RequirePermission("identity.user.read")
  @Answers("fields", USERS)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(USERS, who);
  }

  @Get(":id")
  @RequirePermission("identity.user.read")
  @Answers("record", USERS)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(USERS, id, who);
  }

  @Get(":id/history")
  @RequirePermission("identity.user.read")
  @Answers("history", USERS)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(USERS, id, query, who);
  }

  @Post()
  @RequirePermission("identity.user.write")
  @Answers("created", USERS)
  create(@Body() body: CreateUser, @Who() who: RequestContext) {
    return this.users.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("identity.user.write")
  @Answers("record", USERS)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateUser, @Who() who: RequestContext) {
    return this.users.update(id, body, who);
  }

  @Post(":id/invitations")
  @RequirePermission("identity.user.write")
  invite(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.invitations.renew(id, who);
  }

  @Post(":id/suspend")
  @RequirePermission("identity.user.write")
  @Answers("record", USERS)
  suspend(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.users.suspend(id, who);
  }

  @Post(":id/reactivate")
  @RequirePermission("identity.user.write")
  @Answers("record", USERS)
  reactivate(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.users.reactivate(id, who);
  }

  @Delete(":id")
  @RequirePermission("identity.user.delete")
  @Answers("nothing", USERS)
  remove(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.users.remove(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("identity.user.delete")
  @Answers("record", USERS)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.users.restore(id, who);
  }

  @Post("bulk")
  @RequirePermission("identity.user.write")
  @Answers("bulk", USERS)
  bulk(@Body() body: BulkRequest, @Who() who: RequestContext) {
    return this.users.bulk(body, who);
  }
}
