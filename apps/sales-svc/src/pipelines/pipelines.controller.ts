import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Answers, BulkRequest, History, ListParameters, RecordQueries, SearchRequest } from "@kehu/records";
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from "@nestjs/common";
import { CreatePipeline, UpdatePipeline } from "./pipeline.dto.ts";
import { PIPELINES } from "./pipelines.resource.ts";
import { PipelinesService } from "./pipelines.service.ts";

@Controller("v1/pipelines")
export class PipelinesController {
  constructor(
    private readonly pipelines: PipelinesService,
    private readonly queries: RecordQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("sales.pipeline.read")
  @Answers("page", PIPELINES)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(PIPELINES, query, who);
  }

  @Post("search")
  @RequirePermission("sales.pipeline.read")
  @Answers("page", PIPELINES)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(PIPELINES, body, who);
  }

  @Get("aggregate")
  @RequirePermission("sales.pipeline.read")
  @Answers("aggregate", PIPELINES)
  aggregate(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.aggregate(PIPELINES, query, who);
  }

  @Get("fields")
  @RequirePermission("sales.pipeline.read")
  @Answers("fields", PIPELINES)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(PIPELINES, who);
  }

  @Get(":id")
  @RequirePermission("sales.pipeline.read")
  @Answers("record", PIPELINES)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(PIPELINES, id, who);
  }

  @Get(":id/history")
  @RequirePermission("sales.pipeline.read")
  @Answers("history", PIPELINES)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(PIPELINES, id, query, who);
  }

  @Post()
  @RequirePermission("sales.pipeline.write")
  @Answers("created", PIPELINES)
  create(@Body() body: CreatePipeline, @Who() who: RequestContext) {
    return this.pipelines.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("sales.pipeline.write")
  @Answers("record", PIPELINES)
  update(@Param("id", ParseId) id: string, @Body() body: UpdatePipeline, @Who() who: RequestContext) {
    return this.pipelines.update(id, body, who);
  }

  /** Opportunities begin here where nobody names a pipeline. */
  @Post(":id/make-default")
  @RequirePermission("sales.pipeline.write")
  @Answers("record", PIPELINES)
  makeDefault(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.pipelines.makeDefault(id, who);
  }

  @Delete(":id")
  @RequirePermission("sales.pipeline.delete")
  @Answers("nothing", PIPELINES)
  remove(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.pipelines.remove(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("sales.pipeline.delete")
  @Answers("record", PIPELINES)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.pipelines.restore(id, who);
  }

  @Post("bulk")
  @RequirePermission("sales.pipeline.write")
  @Answers("bulk", PIPELINES)
  bulk(@Body() body: BulkRequest, @Who() who: RequestContext) {
    return this.pipelines.bulk(body, who);
  }
}
