import { OwnAccess, RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { Handovers, RecordReach } from "@kehu/records";
import { Controller, Get, Param } from "@nestjs/common";
import { ParseId } from "./validation.pipe.ts";

/** What a user owns here, and what of it has changed hands; the gateway adds up those of all services. */
@Controller("internal/holdings/:userId")
export class HoldingsController {
  constructor(private readonly handovers: Handovers) {}

  @Get()
  @RequirePermission("identity.user.handover")
  async holdings(@Param("userId", ParseId) userId: string) {
    return { resources: await this.handovers.holdings(userId) };
  }

  @Get("handovers/:id")
  @RequirePermission("identity.user.handover")
  async progress(@Param("userId", ParseId) userId: string, @Param("id", ParseId) id: string) {
    // First what is done: what moves in between counts twice rather than not at all.
    const progress = await this.handovers.progress(id);
    return { progress, resources: await this.handovers.holdings(userId) };
  }
}

/** Why the caller reaches a record of this service; the gateway asks for whom it explains, in his name. */
@Controller("internal/reach")
export class ReachController {
  constructor(private readonly reach: RecordReach) {}

  @Get(":resource/:id/:permission")
  @OwnAccess()
  of(
    @Param("resource") resource: string,
    @Param("id", ParseId) id: string,
    @Param("permission") permission: string,
    @Who() who: RequestContext,
  ) {
    return this.reach.of(resource, id, permission, who);
  }
}
