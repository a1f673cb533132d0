import { STAGE_CATEGORIES } from "@kehu/contracts";
import {
  choice,
  day,
  ownedFields,
  instant,
  integer,
  json,
  longText,
  money,
  reference,
  resource,
  text,
  USERS,
} from "@kehu/records";
import { CAMPAIGN } from "../campaigns/campaign-reference.ts";
import { ACCOUNT, CONTACT } from "../customers/customer-references.ts";
import { LEAD } from "../leads/lead-reference.ts";
import { PIPELINE } from "../pipelines/pipelines.resource.ts";
import { dealContext, heldPipelines } from "./deal-context.ts";
import { OPPORTUNITY } from "./opportunity-reference.ts";
import { CreateOpportunity, ImportOpportunity, UpdateOpportunity } from "./opportunity.dto.ts";
import { Opportunity } from "./opportunity.entity.ts";

const CONTACTS_SCHEMA = {
  type: "array",
  items: {
    type: "object",
    required: ["contactId", "role"],
    properties: { contactId: { type: "string", format: "uuid" }, role: { type: ["string", "null"] } },
  },
};

export const OPPORTUNITIES = resource<Opportunity>({
  name: "opportunities",
  type: OPPORTUNITY.type,
  concept: "sales.opportunity",
  snapshot: "sales.opportunity.snapshot",
  purged: "sales.opportunity.purged",
  updated: "sales.opportunity.updated",
  table: OPPORTUNITY.table,
  entity: Opportunity,
  permissions: {
    read: "sales.opportunity.read",
    write: "sales.opportunity.write",
    import: "sales.opportunity.import",
    export: "sales.opportunity.export",
  },
  fields: ownedFields({
    name: text("Name", "名称", { required: true }),
    accountId: reference("Account", "客户", ACCOUNT, { required: true, neverNull: false }),
    contactId: reference("Primary contact", "主要联系人", CONTACT),
    contacts: json("Contacts", "联系人", CONTACTS_SCHEMA, {
      neverNull: true,
      elements: { property: "contactId", target: CONTACT },
    }),
    leadId: reference("Lead", "线索", LEAD),
    campaignId: reference("Campaign", "市场活动", CAMPAIGN),
    pipelineId: reference("Pipeline", "销售流程", PIPELINE, { neverNull: true }),
    stage: text("Stage", "阶段", { neverNull: true }),
    stageCategory: choice("Stage category", "阶段类别", STAGE_CATEGORIES, { neverNull: true, partOf: ["stage"] }),
    stageSince: instant("In this stage since", "进入阶段时间", { neverNull: true, partOf: ["stage"] }),
    probability: integer("Probability", "成功概率", { neverNull: true }),
    amount: money("Amount", "金额"),
    baseAmount: money("Amount in company currency", "本位币金额", { partOf: ["amount"] }),
    expectedCloseOn: day("Expected close", "预计成交日期"),
    closedAt: instant("Closed", "关闭时间"),
    closedOwnerId: reference("Owner at closing", "关闭时负责人", USERS),
    lostReason: text("Lost reason", "输单原因", { vocabulary: "lostReason" }),
    type: text("Type", "类型", { vocabulary: "opportunityType" }),
    source: text("Source", "来源", { vocabulary: "leadSource" }),
    nextStep: longText("Next step", "下一步"),
  }),
  naming: ({ contactIds, leadIds }, bind) => {
    const parts = contactIds.map((contactId) => JSON.stringify([{ contactId }]));
    return `SELECT o.id FROM opportunity o WHERE o.contacts <> '[]' AND o.contacts @> ANY(${bind(parts)}::jsonb[])
      UNION ALL SELECT o.id FROM opportunity o WHERE o.lead_id = ANY(${bind(leadIds)})`;
  },
  keywords: ["name"],
  dto: { create: CreateOpportunity, update: UpdateOpportunity, import: ImportOpportunity },
  context: dealContext,
  usage: heldPipelines,
  together: [
    ["contacts", "contactId"],
    ["amountMinor", "amountCurrency", "baseAmountMinor", "baseAmountCurrency"],
    [
      ...["pipelineId", "stage", "stageCategory", "stageSince", "probability", "probabilityGiven"],
      ...["closedAt", "closedOwnerId", "lostReason"],
    ],
  ],
});
