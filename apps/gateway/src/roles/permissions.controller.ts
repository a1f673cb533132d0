import { OwnAccess, RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { ListParameters, Takes } from "@kehu/records";
import { Controller, Get, Param, Query } from "@nestjs/common";
import { EXPLAIN, ExplanationsQueries } from "./explanations.queries.ts";
import { PermissionsQueries } from "./permissions.queries.ts";

@Controller("v1")
export class PermissionsController {
  constructor(
    private readonly queries: PermissionsQueries,
    private readonly explanations: ExplanationsQueries,
  ) {}

  @Get("me/permissions")
  @OwnAccess()
  mine(@Who() who: RequestContext) {
    return this.queries.of(who.actorId);
  }

  @Get("users/:id/permissions")
  @RequirePermission("identity.user.read")
  of(@Param("id", ParseId) id: string) {
    return this.queries.of(id);
  }

  /** Whether one may do something, by which role, and why a record is within reach, or is not. */
  @Get("me/permissions/explain")
  @OwnAccess()
  @Takes(EXPLAIN)
  explainMine(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.explanations.of(who.actorId, query, who);
  }

  /** The same of somebody else; about a record that the caller may read himself. */
  @Get("users/:id/permissions/explain")
  @RequirePermission("identity.user.read")
  @Takes(EXPLAIN)
  explain(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.explanations.of(id, query, who);
  }
}
