import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { Malformed, RuleViolation } from "@kehu/contracts";
import { BusOperations } from "@kehu/messaging";
import { IsInstant, ListParameters, Optional } from "@kehu/records";
import { Body, Controller, Get, HttpCode, Param, Post, Query, type Type } from "@nestjs/common";
import { IsString, MaxLength } from "class-validator";
import { ParseSequence } from "./validation.pipe.ts";

/** Asks for all records of a concept, or for all events since a time, to be told again. */
export class RepublishRequest {
  @Optional() @IsString() @MaxLength(100) concept?: string;
  @Optional() @IsInstant() from?: Date;
}

const STATUSES = ["parked", "replayed", "discarded"] as const;

/** How level this service is with the bus; the gateway adds up those of all. */
@Controller("v1")
export class FreshnessController {
  constructor(private readonly operations: BusOperations) {}

  @Get("freshness")
  @RequirePermission("operations.bus.read")
  async freshness() {
    const one = await this.operations.freshness();
    return { level: one.unpublished === 0 && one.lag === 0, services: [one] };
  }
}

/** The operator's view of one service's part of the bus, under a path of its own. */
export function operationsController(service: string): Type {
  @Controller(`v1/operations/${service}`)
  class OperationsController {
    constructor(private readonly operations: BusOperations) {}

    @Get("dead-letters")
    @RequirePermission("operations.bus.read")
    async deadLetters(@Query() query: ListParameters) {
      const { status = "parked", before } = query;
      if (!STATUSES.includes(status as (typeof STATUSES)[number]))
        throw new Malformed("query.invalid", "There is no such status.", { allowed: STATUSES });
      const data = await this.operations.listDeadLetters({
        status: status as (typeof STATUSES)[number],
        before: before as string | undefined,
        limit: 200,
      });
      return { data };
    }

    @Post("dead-letters/:id/replay")
    @HttpCode(200)
    @RequirePermission("operations.bus.repair")
    replay(@Param("id", ParseSequence) id: string) {
      return this.operations.replay(id);
    }

    @Post("dead-letters/:id/discard")
    @HttpCode(204)
    @RequirePermission("operations.bus.repair")
    discard(@Param("id", ParseSequence) id: string) {
      return this.operations.discard(id);
    }

    /** Answers when everything is in the outbox; the relay publishes it from there. */
    @Post("snapshots")
    @HttpCode(202)
    @RequirePermission("operations.bus.repair")
    async snapshot(@Body() body: RepublishRequest, @Who() who: RequestContext) {
      if ((body.concept === undefined) === (body.from === undefined))
        throw new RuleViolation("snapshot.concept-or-from", "Name a concept, or a time to go back to.");
      const events =
        body.concept === undefined
          ? await this.operations.republish(body.from!)
          : await this.operations.snapshot(body.concept, who);
      return { events };
    }
  }
  return OperationsController;
}
