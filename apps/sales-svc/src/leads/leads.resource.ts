import { LEAD_STATUSES } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import {
  ADDRESS_PARTS,
  choice,
  email,
  id,
  instant,
  ownedFields,
  phone,
  readSettings,
  reference,
  resource,
  text,
} from "@kehu/records";
import { CAMPAIGN } from "../campaigns/campaign-reference.ts";
import { ACCOUNT, CONTACT } from "../customers/customer-references.ts";
import { OPPORTUNITY } from "../opportunities/opportunity-reference.ts";
import { LEAD } from "./lead-reference.ts";
import { CreateLead, ImportLead, UpdateLead } from "./lead.dto.ts";
import { Lead } from "./lead.entity.ts";

export const LEADS = resource<Lead>({
  name: "leads",
  type: LEAD.type,
  concept: "sales.lead",
  snapshot: "sales.lead.snapshot",
  purged: "sales.lead.purged",
  updated: "sales.lead.updated",
  table: LEAD.table,
  parts: [{ table: "lead_activity", column: "lead_id" }],
  entity: Lead,
  permissions: {
    read: "sales.lead.read",
    write: "sales.lead.write",
    import: "sales.lead.import",
    export: "sales.lead.export",
  },
  fields: ownedFields({
    firstName: text("First name", "名", { personName: true }),
    lastName: text("Last name", "姓", { required: true, personName: true }),
    company: text("Company", "公司"),
    email: email(),
    phone: phone(),
    ...ADDRESS_PARTS,
    website: text("Website", "网站"),
    industry: text("Industry", "行业", { vocabulary: "industry" }),
    source: text("Source", "来源", { vocabulary: "leadSource" }),
    campaignId: reference("Campaign", "市场活动", CAMPAIGN),
    status: choice("Status", "状态", LEAD_STATUSES, { neverNull: true }),
    unqualifiedReason: text("Reason", "无效原因", { vocabulary: "unqualifiedReason" }),
    convertedAt: instant("Converted", "转化时间"),
    convertedAccountId: reference("Converted account", "转化客户", ACCOUNT),
    convertedContactId: reference("Converted contact", "转化联系人", CONTACT),
    convertedOpportunityId: reference("Converted opportunity", "转化商机", OPPORTUNITY),
    personId: id("Person", "个人", { neverNull: true }),
  }),
  person: {
    id: "personId",
    reach: ({ email, phone }) => ({ emails: email === null ? [] : [email], phones: phone === null ? [] : [phone] }),
  },
  together: [
    [
      ...["status", "unqualifiedReason", "convertedAt"],
      ...["convertedAccountId", "convertedContactId", "convertedOpportunityId"],
    ],
  ],
  keywords: [["firstName", "lastName"], "company", "website"],
  dto: { create: CreateLead, update: UpdateLead, import: ImportLead },
  context: countryOfPhones,
});

/** The country as whose numbers phones are read; asked for only where there are any. */
async function countryOfPhones(tx: Tx, items: readonly { phone?: string | null }[]): Promise<string> {
  return items.some(({ phone }) => phone) ? (await readSettings(tx)).country : "";
}
