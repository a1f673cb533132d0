import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Answers, BulkRequest, ListParameters, RecordQueries, SearchRequest } from "@kehu/records";
import { Body, Controller, Get, Param, Post, Query } from "@nestjs/common";
import { PEOPLE } from "../people/people-copies.ts";
import { CreateConsent } from "./consent.dto.ts";
import { CONSENTS } from "./consents.resource.ts";
import { ConsentsService } from "./consents.service.ts";

@Controller("v1/consents")
export class ConsentsController {
  constructor(
    private readonly consents: ConsentsService,
    private readonly queries: RecordQueries,
  ) {}

  @Get()
  @RequirePermission("marketing.consent.read")
  @Answers("page", CONSENTS)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(CONSENTS, query, who);
  }

  @Post("search")
  @RequirePermission("marketing.consent.read")
  @Answers("page", CONSENTS)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(CONSENTS, body, who);
  }

  @Get("fields")
  @RequirePermission("marketing.consent.read")
  @Answers("fields", CONSENTS)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(CONSENTS, who);
  }

  @Get(":id")
  @RequirePermission("marketing.consent.read")
  @Answers("record", CONSENTS)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(CONSENTS, id, who);
  }

  @Post()
  @RequirePermission("marketing.consent.write", { alsoReads: PEOPLE })
  @Answers("created", CONSENTS)
  create(@Body() body: CreateConsent, @Who() who: RequestContext) {
    return this.consents.create(body, who);
  }

  @Post("bulk")
  @RequirePermission("marketing.consent.write", { alsoReads: PEOPLE })
  @Answers("bulk", CONSENTS)
  bulk(@Body() body: BulkRequest, @Who() who: RequestContext) {
    return this.consents.bulk(body, who);
  }
}
