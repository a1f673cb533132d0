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
  Takes,
  withParameter,
} from "@kehu/records";
import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from "@nestjs/common";
import { CreateAccount, UpdateAccount } from "./account.dto.ts";
import { ACCOUNTS } from "./accounts.resource.ts";
import { AccountsService } from "./accounts.service.ts";

@Controller("v1/accounts")
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly queries: RecordQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("customer.account.read")
  @Answers("page", ACCOUNTS)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(ACCOUNTS, query, who);
  }

  @Post("search")
  @RequirePermission("customer.account.read")
  @Answers("page", ACCOUNTS)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(ACCOUNTS, body, who);
  }

  @Get("aggregate")
  @RequirePermission("customer.account.read")
  @Answers("aggregate", ACCOUNTS)
  aggregate(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.aggregate(ACCOUNTS, query, who);
  }

  @Get("fields")
  @RequirePermission("customer.account.read")
  @Answers("fields", ACCOUNTS)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(ACCOUNTS, who);
  }

  @Get(":id")
  @RequirePermission("customer.account.read")
  @Answers("record", ACCOUNTS)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(ACCOUNTS, id, who);
  }

  @Get(":id/history")
  @RequirePermission("customer.account.read")
  @Answers("history", ACCOUNTS)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(ACCOUNTS, id, query, who);
  }

  @Post()
  @RequirePermission("customer.account.write")
  @Answers("created", ACCOUNTS)
  create(@Body() body: CreateAccount, @Who() who: RequestContext) {
    return this.accounts.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("customer.account.write")
  @Answers("record", ACCOUNTS)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateAccount, @Who() who: RequestContext) {
    return this.accounts.update(id, body, who);
  }

  @Post(":id/owner")
  @RequirePermission("customer.account.write")
  @Answers("record", ACCOUNTS)
  handOver(@Param("id", ParseId) id: string, @Body() body: OwnerDto, @Who() who: RequestContext) {
    return this.accounts.handOver(id, body, who);
  }

  @Put(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("customer.account.write")
  @Answers("record", ACCOUNTS)
  share(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Body() { access }: CollaboratorDto,
    @Who() who: RequestContext,
  ) {
    return this.accounts.share(id, { type, id: collaboratorId, access }, who);
  }

  @Delete(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("customer.account.write")
  @Answers("record", ACCOUNTS)
  unshare(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Who() who: RequestContext,
  ) {
    return this.accounts.unshare(id, { type, id: collaboratorId }, who);
  }

  @Delete(":id")
  @RequirePermission("customer.account.delete")
  @Answers("nothing", ACCOUNTS)
  @Takes(withParameter(ACCOUNTS))
  remove(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.accounts.remove(id, who, query);
  }

  /** How many records refer to it; those that go are deleted with it where `with` names their resource. */
  @Get(":id/dependents")
  @RequirePermission("customer.account.read")
  dependents(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.accounts.dependents(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("customer.account.delete")
  @Answers("record", ACCOUNTS)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.accounts.restore(id, who);
  }

  @Post("bulk")
  @RequirePermission("customer.account.write")
  @Answers("bulk", ACCOUNTS)
  bulk(@Body() body: BulkRequest, @Who() who: RequestContext) {
    return this.accounts.bulk(body, who);
  }
}
