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
import { CreateTask, UpdateTask } from "./task.dto.ts";
import { TASKS } from "./tasks.resource.ts";
import { TasksService } from "./tasks.service.ts";

@Controller("v1/tasks")
export class TasksController {
  constructor(
    private readonly tasks: TasksService,
    private readonly queries: RecordQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("customer.task.read", LINKED)
  @Answers("page", TASKS)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(TASKS, query, who);
  }

  @Post("search")
  @RequirePermission("customer.task.read", LINKED)
  @Answers("page", TASKS)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(TASKS, body, who);
  }

  @Get("aggregate")
  @RequirePermission("customer.task.read", LINKED)
  @Answers("aggregate", TASKS)
  aggregate(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.aggregate(TASKS, query, who);
  }

  @Get("fields")
  @RequirePermission("customer.task.read")
  @Answers("fields", TASKS)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(TASKS, who);
  }

  @Get(":id")
  @RequirePermission("customer.task.read", LINKED)
  @Answers("record", TASKS)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(TASKS, id, who);
  }

  @Get(":id/history")
  @RequirePermission("customer.task.read")
  @Answers("history", TASKS)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(TASKS, id, query, who);
  }

  @Post()
  @RequirePermission("customer.task.write", LINKED)
  @Answers("created", TASKS)
  create(@Body() body: CreateTask, @Who() who: RequestContext) {
    return this.tasks.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("customer.task.write", LINKED)
  @Answers("record", TASKS)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateTask, @Who() who: RequestContext) {
    return this.tasks.update(id, body, who);
  }

  @Post(":id/complete")
  @RequirePermission("customer.task.write", LINKED)
  @Answers("record", TASKS)
  complete(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.tasks.complete(id, who);
  }

  @Post(":id/reopen")
  @RequirePermission("customer.task.write", LINKED)
  @Answers("record", TASKS)
  reopen(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.tasks.reopen(id, who);
  }

  @Post(":id/owner")
  @RequirePermission("customer.task.write", LINKED)
  @Answers("record", TASKS)
  handOver(@Param("id", ParseId) id: string, @Body() body: OwnerDto, @Who() who: RequestContext) {
    return this.tasks.handOver(id, body, who);
  }

  @Put(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("customer.task.write", LINKED)
  @Answers("record", TASKS)
  share(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Body() { access }: CollaboratorDto,
    @Who() who: RequestContext,
  ) {
    return this.tasks.share(id, { type, id: collaboratorId, access }, who);
  }

  @Delete(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("customer.task.write", LINKED)
  @Answers("record", TASKS)
  unshare(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Who() who: RequestContext,
  ) {
    return this.tasks.unshare(id, { type, id: collaboratorId }, who);
  }

  @Delete(":id")
  @RequirePermission("customer.task.delete")
  @Answers("nothing", TASKS)
  remove(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.tasks.remove(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("customer.task.delete", LINKED)
  @Answers("record", TASKS)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.tasks.restore(id, who);
  }

  @Post("bulk")
  @RequirePermission("customer.task.write", LINKED)
  @Answers("bulk", TASKS)
  bulk(@Body() body: BulkRequest, @Who() who: RequestContext) {
    return this.tasks.bulk(body, who);
  }
}
