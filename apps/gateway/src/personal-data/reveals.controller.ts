import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Controller, Header, HttpCode, Param, Post, Req } from "@nestjs/common";
import type { AuditedRequest } from "../audit/audited-request.ts";
import { RevealsService, type RevealedContact, type RevealedLead } from "./reveals.service.ts";

@Controller("v1")
export class RevealsController {
  constructor(private readonly reveals: RevealsService) {}

  /** Where a contact is reached, for a program too. Each answer is an entry in the audit trail, before it is sent. */
  @Post("contacts/:id/reveal")
  @HttpCode(200)
  @Header("cache-control", "no-store")
  @RequirePermission("customer.contact.reveal")
  contact(
    @Param("id", ParseId) id: string,
    @Who() who: RequestContext,
    @Req() request: AuditedRequest,
  ): Promise<RevealedContact> {
    return this.reveals.contact(id, who, request);
  }

  /** Where a lead is reached, for a program too. Each answer is an entry in the audit trail, before it is sent. */
  @Post("leads/:id/reveal")
  @HttpCode(200)
  @Header("cache-control", "no-store")
  @RequirePermission("sales.lead.reveal")
  lead(
    @Param("id", ParseId) id: string,
    @Who() who: RequestContext,
    @Req() request: AuditedRequest,
  ): Promise<RevealedLead> {
    return this.reveals.lead(id, who, request);
  }
}
