import { RuleViolation } from "@kehu/contracts";
import { v7 as uuidv7 } from "uuid";
import type { ConvertLead, ConvertToAccount } from "./lead.dto.ts";
import type { Conversion, Lead } from "./lead.entity.ts";

/** Ids of the records that a conversion refers to, by their place in the request. */
export interface Found {
  "account.id"?: string;
  "contact.id"?: string;
  "opportunity.id"?: string;
  "opportunity.pipelineId"?: string;
}

/** The account and the contact of a conversion: those that are there, or new ones under ids that are made here. */
export function partiesOf(lead: Lead, { account }: ConvertLead, found: Found): Omit<Conversion, "opportunityId"> {
  const newAccount = found["account.id"] ? null : accountOf(lead, account);
  const accountId = found["account.id"] ?? newAccount?.id ?? null;
  const newContact = found["contact.id"] ? null : contactOf(lead, accountId);
  return { accountId, account: newAccount, contactId: found["contact.id"] ?? newContact!.id, contact: newContact };
}

function accountOf(lead: Lead, given: ConvertToAccount | null | undefined): Conversion["account"] {
  if (given === null) return null;
  const name = given ? given.name : lead.company;
  if (given && name === undefined) {
    throw new RuleViolation("request.invalid", "account: An id or a name is required.", {
      errors: [{ field: "account.name", code: "field.required", message: "An id or a name is required." }],
    });
  }
  if (!name) return null;
  return { id: uuidv7(), name, industry: given?.industry ?? lead.industry, website: given?.website ?? lead.website };
}

function contactOf(lead: Lead, accountId: string | null): NonNullable<Conversion["contact"]> {
  const { personId, firstName, lastName, email, phone, source } = lead;
  return { id: uuidv7(), personId, firstName, lastName, email, phone, source, accountId };
}

/** Name of the opportunity where nobody gives one. A person's name has no place in it: his erasure would not reach it there. */
export function opportunityName({ company, id }: Lead): string {
  return company ?? `Lead ${id.slice(-8)}`;
}
