import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import type { WriteReply } from "@kehu/records";
import { Body, Controller, Get, HttpCode, Param, Post } from "@nestjs/common";
import { HandOverRequest } from "./handover.dto.ts";
import { HandoversQueries } from "./handovers.queries.ts";
import { HandoversService, type HandoverPreview, type HandoverView } from "./handovers.service.ts";

@Controller("v1/users/:id")
export class HandoversController {
  constructor(
    private readonly handovers: HandoversService,
    private readonly queries: HandoversQueries,
  ) {}

  /** Hands over all that the user owns; with `preview` it only says how much that is, with status 200. */
  @Post("handover")
  @HttpCode(202)
  @RequirePermission("identity.user.handover")
  handOver(
    @Param("id", ParseId) id: string,
    @Body() body: HandOverRequest,
    @Who() who: RequestContext,
  ): Promise<WriteReply<HandoverView | HandoverPreview>> {
    return body.preview ? this.handovers.preview(id, body, who) : this.handovers.begin(id, body, who);
  }

  @Get("handovers")
  @RequirePermission("identity.user.handover")
  list(@Param("id", ParseId) id: string) {
    return this.queries.of(id);
  }

  /** How far it is in each service. */
  @Get("handovers/:handoverId")
  @RequirePermission("identity.user.handover")
  get(@Param("id", ParseId) id: string, @Param("handoverId", ParseId) handoverId: string, @Who() who: RequestContext) {
    return this.queries.get(id, handoverId, who);
  }
}
