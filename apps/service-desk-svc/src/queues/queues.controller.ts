import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Answers, BulkRequest, History, ListParameters, RecordQueries, SearchRequest } from "@kehu/records";
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from "@nestjs/common";
import { CreateQueue, UpdateQueue } from "./queue.dto.ts";
import { QUEUES } from "./queues.resource.ts";
import { QueuesService } from "./queues.service.ts";

@Controller("v1/queues")
export class QueuesController {
  constructor(
    private readonly queues: QueuesService,
    private readonly queries: RecordQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("service-desk.queue.read")
  @Answers("page", QUEUES)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(QUEUES, query, who);
  }

  @Post("search")
  @RequirePermission("service-desk.queue.read")
  @Answers("page", QUEUES)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(QUEUES, body, who);
  }

  @Get("aggregate")
  @RequirePermission("service-desk.queue.read")
  @Answers("aggregate", QUEUES)
  aggregate(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.aggregate(QUEUES, query, who);
  }

  @Get("fields")
  @RequirePermission("service-desk.queue.read")
  @Answers("fields", QUEUES)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(QUEUES, who);
  }

  @Get(":id")
  @RequirePermission("service-desk.queue.read")
  @Answers("record", QUEUES)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(QUEUES, id, who);
  }

  @Get(":id/history")
  @RequirePermission("service-desk.queue.read")
  @Answers("history", QUEUES)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(QUEUES, id, query, who);
  }

  @Post()
  @RequirePermission("service-desk.queue.write")
  @Answers("created", QUEUES)
  create(@Body() body: CreateQueue, @Who() who: RequestContext) {
    return this.queues.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("service-desk.queue.write")
  @Answers("record", QUEUES)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateQueue, @Who() who: RequestContext) {
    return this.queues.update(id, body, who);
  }

  @Delete(":id")
  @RequirePermission("service-desk.queue.delete")
  @Answers("nothing", QUEUES)
  remove(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queues.remove(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("service-desk.queue.delete")
  @Answers("record", QUEUES)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queues.restore(id, who);
  }

  @Post("bulk")
  @RequirePermission("service-desk.queue.write")
  @Answers("bulk", QUEUES)
  bulk(@Body() body: BulkRequest, @Who() who: RequestContext) {
    return this.queues.bulk(body, who);
  }
}
