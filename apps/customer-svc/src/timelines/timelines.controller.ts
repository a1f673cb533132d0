import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { ListParameters, PAGING, Takes } from "@kehu/records";
import { Controller, Get, Param, Query } from "@nestjs/common";
import { ACCOUNTS } from "../accounts/accounts.resource.ts";
import { CONTACTS } from "../contacts/contacts.resource.ts";
import { TimelinesQueries } from "./timelines.queries.ts";

const SHOWN = { alsoReads: ["customer.interaction.read", "customer.task.read"] } as const;

@Controller("v1")
export class TimelinesController {
  constructor(private readonly timelines: TimelinesQueries) {}

  /** What is linked to the account or to one of its contacts, newest first. */
  @Get("accounts/:id/timeline")
  @RequirePermission("customer.account.read", SHOWN)
  @Takes(PAGING)
  ofAccount(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.timelines.of(ACCOUNTS, id, query, who);
  }

  /** What is linked to the contact, newest first. */
  @Get("contacts/:id/timeline")
  @RequirePermission("customer.contact.read", SHOWN)
  @Takes(PAGING)
  ofContact(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.timelines.of(CONTACTS, id, query, who);
  }
}
