import type { Mapping } from "../engine/mapping.ts";
import { ACCOUNTS } from "./accounts.ts";
import { CALLS } from "./calls.ts";
import { CAMPAIGN_MEMBERS } from "./campaign-members.ts";
import { CAMPAIGNS } from "./campaigns.ts";
import { CASES } from "./cases.ts";
import { CONTACTS } from "./contacts.ts";
import { EVENTS } from "./events.ts";
import { LEADS } from "./leads.ts";
import { POTENTIALS } from "./potentials.ts";
import { TASKS } from "./tasks.ts";
import { USERS } from "./users.ts";
import { STAGES } from "./vocabularies.ts";

/** How an export of Zoho CRM comes over: one table per file, in the order in which they refer to each other. */
export const ZOHO: Mapping = {
  system: "zoho",
  prerequisites: [
    { name: "role sales", resource: "roles", match: { key: "sales" } },
    { name: "pipeline Zoho", resource: "pipelines", match: { name: "Zoho" }, create: { name: "Zoho", stages: STAGES } },
  ],
  files: [USERS, ACCOUNTS, CONTACTS, LEADS, CAMPAIGNS, POTENTIALS, CASES, CAMPAIGN_MEMBERS, CALLS, EVENTS, TASKS],
};
