import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Reveals } from "@kehu/records";
import { Controller, HttpCode, Param, Post } from "@nestjs/common";
import { CONTACTS } from "./contacts.resource.ts";

/** For the gateway alone, which enters each answer into the audit trail before it passes it on. */
@Controller("internal/contacts")
export class ContactRevealsController {
  constructor(private readonly reveals: Reveals) {}

  @Post(":id/reveal")
  @HttpCode(200)
  @RequirePermission("customer.contact.reveal")
  reveal(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.reveals.of(CONTACTS, id, who);
  }
}
