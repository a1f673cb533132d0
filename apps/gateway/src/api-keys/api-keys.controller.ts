import { OwnAccess, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Answers, ListParameters } from "@kehu/records";
import { Body, Controller, Delete, Get, Header, Param, Patch, Post, Query } from "@nestjs/common";
import { CreateApiKey, UpdateApiKey } from "./api-key.dto.ts";
import { API_KEYS } from "./api-keys.resource.ts";
import { ApiKeysService } from "./api-keys.service.ts";

@Controller("v1/api-keys")
@OwnAccess()
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  /** Your own; with `identity.api-key.read` those of all. */
  @Get()
  @Answers("page", API_KEYS)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.keys.list(query, who);
  }

  @Get(":id")
  @Answers("record", API_KEYS)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.keys.get(id, who);
  }

  @Get(":id/history")
  @Answers("history", API_KEYS)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.keys.historyOf(id, query, who);
  }

  /**
   * Answers the record with the `key`, which is shown once: a repetition with the same Idempotency-Key makes no second
   * key and has `key: null`. Whoever lost the reply revokes the key and makes another.
   */
  @Post()
  @Answers("created", API_KEYS)
  @Header("cache-control", "no-store")
  create(@Body() body: CreateApiKey, @Who() who: RequestContext) {
    return this.keys.create(body, who);
  }

  /** Only your own. */
  @Patch(":id")
  @Answers("record", API_KEYS)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateApiKey, @Who() who: RequestContext) {
    return this.keys.update(id, body, who);
  }

  /** Revokes the key for good; it stays to be seen. With `identity.api-key.write` also one of somebody else. */
  @Delete(":id")
  @Answers("nothing", API_KEYS)
  revoke(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.keys.revoke(id, who);
  }
}
