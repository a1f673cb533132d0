import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { Answers, ListParameters, Pins, Recents, type Resource } from "@kehu/records";
import { Controller, Delete, Get, HttpCode, Inject, Param, Put, Query, type Type } from "@nestjs/common";
import { controllerName } from "./controller-name.ts";
import { ParseId } from "./validation.pipe.ts";

/**
 * Makes the controller by which people keep records of one resource at hand.
 *
 * @param of the resource
 */
export function pinsController(of: Resource): Type {
  const { read } = of.permissions;

  abstract class PinsController {
    constructor(
      @Inject(Pins) private readonly pins: Pins,
      @Inject(Recents) private readonly recents: Recents,
    ) {
      recents.follow(of);
    }

    /** The records that the caller has pinned and reaches now, in the order of pinning. */
    @Get("pinned")
    @RequirePermission(read)
    @Answers("records", of)
    pinned(@Query() query: ListParameters, @Who() who: RequestContext) {
      return this.pins.list(of, query, who);
    }

    /** The records that the caller looked at by their ids or changed last, and reaches now. It takes a second to know of one. */
    @Get("recent")
    @RequirePermission(read)
    @Answers("records", of)
    recent(@Query() query: ListParameters, @Who() who: RequestContext) {
      return this.recents.list(of, query, who);
    }

    /** Pins a record for the caller alone. */
    @Put(":id/pin")
    @RequirePermission(read)
    @HttpCode(204)
    pin(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
      return this.pins.pin(of, id, who);
    }

    @Delete(":id/pin")
    @RequirePermission(read)
    @HttpCode(204)
    unpin(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
      return this.pins.unpin(of, id, who);
    }
  }

  @Controller(`v1/${of.name}`)
  class ResourcePinsController extends PinsController {}

  return controllerName(ResourcePinsController, of, "PinsController");
}
