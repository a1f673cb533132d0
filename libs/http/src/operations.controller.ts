import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { Malformed, RuleViolation } from "@kehu/contracts";
import { BusOperations } from "@kehu/messaging";
import { filterParameters, IsInstant, ListParameters, Optional, Takes } from "@kehu/records";
import { Body, Controller, Get, HttpCode, Param, Post, Query, type Type } from "@nestjs/common";
import { IsString, MaxLength } from "class-validator";
import { ParseSequence } from "./validation.pipe.ts";

/** Asks for all records of a concept, or for all events since a time, to be told again. */
export class RepublishRequest {
  @Optional() @IsString() @MaxLength(100) concept?: string;
  @Optional() @IsInstant() from?: Date;
}

const STATUSES = ["parked", "replayed", "discarded"] as const;
const isStatus = (text: string): text is (typeof STATUSES)[number] => (STATUSES as readonly string[]).includes(text);

const DEAD_LETTERS = {
  status: {
    description: "What has become of them",
    schema: { type: "string", enum: STATUSES, default: "parked" },
  },
  before: {
    description: "The id of the last one that is known: those before it, the newest first, at most 200",
    schema: { type: "string", pattern: "^[1-9][0-9]*$" },
  },
} as const;

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
    @Takes(DEAD_LETTERS)
    async deadLetters(@Query() query: ListParameters) {
      const { status = "parked", before } = filterParameters({}, query, Object.keys(DEAD_LETTERS)).plain;
      if (!isStatus(status)) throw new Malformed("query.invalid", "There is no such status.", { allowed: STATUSES });
      if (before !== undefined) new ParseSequence().transform(before);
      return { data: await this.operations.listDeadLetters({ status, before, limit: 200 }) };
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
