import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Answers, BulkRequest, ListParameters, RecordQueries, SearchRequest } from "@kehu/records";
import { Body, Controller, Get, Param, Post, Query } from "@nestjs/common";
import { PEOPLE } from "../people/people-copies.ts";
import { CreateSuppression } from "./suppression.dto.ts";
import { SUPPRESSIONS } from "./suppressions.resource.ts";
import { SuppressionsService } from "./suppressions.service.ts";

@Controller("v1/suppressions")
export class SuppressionsController {
  constructor(
    private readonly suppressions: SuppressionsService,
    private readonly queries: RecordQueries,
  ) {}

  @Get()
  @RequirePermission("marketing.suppression.read")
  @Answers("page", SUPPRESSIONS)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(SUPPRESSIONS, query, who);
  }

  @Post("search")
  @RequirePermission("marketing.suppression.read")
  @Answers("page", SUPPRESSIONS)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(SUPPRESSIONS, body, who);
  }

  @Get("fields")
  @RequirePermission("marketing.suppression.read")
  @Answers("fields", SUPPRESSIONS)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(SUPPRESSIONS, who);
  }

  @Get(":id")
  @RequirePermission("marketing.suppression.read")
  @Answers("record", SUPPRESSIONS)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(SUPPRESSIONS, id, who);
  }

  @Post()
  @RequirePermission("marketing.suppression.write", { alsoReads: PEOPLE })
  @Answers("created", SUPPRESSIONS)
  create(@Body() body: CreateSuppression, @Who() who: RequestContext) {
    return this.suppressions.create(body, who);
  }

  @Post("bulk")
  @RequirePermission("marketing.suppression.write", { alsoReads: PEOPLE })
  @Answers("bulk", SUPPRESSIONS)
  bulk(@Body() body: BulkRequest, @Who() who: RequestContext) {
    return this.suppressions.bulk(body, who);
  }
}
