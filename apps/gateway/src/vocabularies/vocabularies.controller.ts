import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Answers, History, ListParameters, RecordQueries, SearchRequest } from "@kehu/records";
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from "@nestjs/common";
import { CreateVocabulary, UpdateVocabulary } from "./vocabulary.dto.ts";
import { VOCABULARIES } from "./vocabularies.resource.ts";
import { VocabulariesService } from "./vocabularies.service.ts";

@Controller("v1/vocabularies")
export class VocabulariesController {
  constructor(
    private readonly vocabularies: VocabulariesService,
    private readonly queries: RecordQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("identity.vocabulary.read")
  @Answers("page", VOCABULARIES)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(VOCABULARIES, query, who);
  }

  @Post("search")
  @RequirePermission("identity.vocabulary.read")
  @Answers("page", VOCABULARIES)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(VOCABULARIES, body, who);
  }

  @Get("aggregate")
  @RequirePermission("identity.vocabulary.read")
  @Answers("aggregate", VOCABULARIES)
  aggregate(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.aggregate(VOCABULARIES, query, who);
  }

  @Get("fields")
  @RequirePermission("identity.vocabulary.read")
  @Answers("fields", VOCABULARIES)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(VOCABULARIES, who);
  }

  @Get(":id")
  @RequirePermission("identity.vocabulary.read")
  @Answers("record", VOCABULARIES)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(VOCABULARIES, id, who);
  }

  @Get(":id/history")
  @RequirePermission("identity.vocabulary.read")
  @Answers("history", VOCABULARIES)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(VOCABULARIES, id, query, who);
  }

  @Post()
  @RequirePermission("identity.vocabulary.write")
  @Answers("created", VOCABULARIES)
  create(@Body() body: CreateVocabulary, @Who() who: RequestContext) {
    return this.vocabularies.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("identity.vocabulary.write")
  @Answers("record", VOCABULARIES)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateVocabulary, @Who() who: RequestContext) {
    return this.vocabularies.update(id, body, who);
  }

  @Delete(":id")
  @RequirePermission("identity.vocabulary.delete")
  @Answers("nothing", VOCABULARIES)
  remove(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.vocabularies.remove(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("identity.vocabulary.delete")
  @Answers("record", VOCABULARIES)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.vocabularies.restore(id, who);
  }
}
