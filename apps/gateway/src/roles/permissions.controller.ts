import { OwnAccess, RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Controller, Get, Param } from "@nestjs/common";
import { PermissionsQueries } from "./permissions.queries.ts";

@Controller("v1")
export class PermissionsController {
  constructor(private readonly queries: PermissionsQueries) {}

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
}
