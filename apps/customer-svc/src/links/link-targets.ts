import type { Link } from "@kehu/contracts";
import type { ReferenceTarget } from "@kehu/records";
import { ACCOUNT } from "../accounts/accounts.resource.ts";
import { CONTACT } from "../contacts/contacts.resource.ts";

/** The tables that know the records to which interactions and tasks are linked: own ones, and copies. */
export const LINK_TARGETS: Readonly<Record<Link["type"], ReferenceTarget>> = {
  account: ACCOUNT,
  contact: CONTACT,
  lead: { type: "lead", table: "lead_copy", name: "name", permission: "sales.lead.read", copy: true },
  opportunity: {
    type: "opportunity",
    table: "opportunity_copy",
    name: "name",
    permission: "sales.opportunity.read",
    copy: true,
  },
  ticket: { type: "ticket", table: "ticket_copy", name: "name", permission: "service-desk.ticket.read", copy: true },
  campaign: {
    type: "campaign",
    table: "campaign_copy",
    name: "name",
    permission: "marketing.campaign.read",
    copy: true,
  },
};

/** Permissions of other services' records that an operation with links reads besides. */
export const LINKED = {
  alsoReads: ["sales.lead.read", "sales.opportunity.read", "service-desk.ticket.read", "marketing.campaign.read"],
} as const;
