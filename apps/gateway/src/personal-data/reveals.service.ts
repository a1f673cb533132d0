import type { RequestContext } from "@kehu/auth";
import type { ContactPoint } from "@kehu/contracts";
import { Injectable } from "@nestjs/common";
import { AuditLog } from "../audit/audit-log.service.ts";
import { addressOf, type AuditedRequest } from "../audit/audited-request.ts";
import type { OwnAction } from "../audit/entry.ts";
import { ServiceRequests, type Question } from "../routing/service-requests.service.ts";

/** What a role hides from the caller is left out. */
export interface RevealedContact {
  contactPoints?: { kind: ContactPoint["kind"]; value: string; primary: boolean }[];
}

/** What a role hides from the caller is left out. */
export interface RevealedLead {
  email?: string | null;
  phone?: string | null;
}

/** Shows what is encrypted in a record, once it is entered who saw it. */
@Injectable()
export class RevealsService {
  constructor(
    private readonly services: ServiceRequests,
    private readonly audit: AuditLog,
  ) {}

  contact(id: string, who: RequestContext, request: AuditedRequest): Promise<RevealedContact> {
    const permissions = ["customer.contact.read", "customer.contact.reveal"] as const;
    const question = { method: "POST", path: `/internal/contacts/${id}/reveal`, permissions } as const;
    return this.shown("customer", question, "customer.contact.revealed", "contact", id, who, request);
  }

  lead(id: string, who: RequestContext, request: AuditedRequest): Promise<RevealedLead> {
    const permissions = ["sales.lead.read", "sales.lead.reveal"] as const;
    const question = { method: "POST", path: `/internal/leads/${id}/reveal`, permissions } as const;
    return this.shown("sales", question, "sales.lead.revealed", "lead", id, who, request);
  }

  private async shown<R>(
    service: string,
    question: Question,
    action: OwnAction,
    recordType: string,
    recordId: string,
    who: RequestContext,
    request: AuditedRequest,
  ): Promise<R> {
    const revealed = await this.services.ask<R>(service, question, who);
    await this.audit.writeFirst({
      action,
      outcome: "done",
      caller: who,
      address: addressOf(request),
      requestId: who.requestId,
      recordType,
      recordId,
    });
    return revealed;
  }
}
