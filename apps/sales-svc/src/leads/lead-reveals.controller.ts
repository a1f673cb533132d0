import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Reveals } from "@kehu/records";
import { Controller, HttpCode, Param, Post } from "@nestjs/common";
import { LEADS } from "./leads.resource.ts";

/** For the gateway alone, which enters each answer into the audit trail before it passes it on. */
@Controller("internal/leads")
export class LeadRevealsController {
  constructor(private readonly reveals: Reveals) {}

  @Post(":id/reveal")
  @HttpCode(200)
  @RequirePermission("sales.lead.reveal")
  reveal(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.reveals.of(LEADS, id, who);
  }
}
