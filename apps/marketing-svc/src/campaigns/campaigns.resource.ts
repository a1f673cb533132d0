import { CAMPAIGN_STATUSES } from "@kehu/contracts";
import {
  choice,
  day,
  lineageOf,
  lineageOfBack,
  ownedFields,
  longText,
  money,
  readSettings,
  reference,
  resource,
  text,
  type ReferenceTarget,
} from "@kehu/records";
import { CreateCampaign, ImportCampaign, UpdateCampaign } from "./campaign.dto.ts";
import { Campaign, type Surroundings } from "./campaign.entity.ts";

/** How other records of this service refer to a campaign. */
export const CAMPAIGN: ReferenceTarget = {
  type: "campaign",
  table: "campaign",
  name: "name",
  permission: "marketing.campaign.read",
  copy: false,
};

export const CAMPAIGNS = resource<Campaign>({
  name: "campaigns",
  type: "campaign",
  concept: "marketing.campaign",
  snapshot: "marketing.campaign.snapshot",
  purged: "marketing.campaign.purged",
  updated: "marketing.campaign.updated",
  table: "campaign",
  entity: Campaign,
  permissions: {
    read: "marketing.campaign.read",
    write: "marketing.campaign.write",
    import: "marketing.campaign.import",
    export: "marketing.campaign.export",
  },
  fields: ownedFields({
    name: text("Name", "名称", { required: true }),
    type: text("Type", "类型", { vocabulary: "campaignType" }),
    status: choice("Status", "状态", CAMPAIGN_STATUSES),
    goal: longText("Goal", "目标"),
    startsOn: day("Starts on", "开始日期"),
    endsOn: day("Ends on", "结束日期"),
    budget: money("Budget", "预算"),
    cost: money("Cost", "实际费用"),
    expectedRevenue: money("Expected revenue", "预期收入"),
    parentId: reference("Parent campaign", "上级活动", CAMPAIGN),
  }),
  keywords: ["name", "goal"],
  together: [
    ["budgetMinor", "budgetCurrency"],
    ["costMinor", "costCurrency"],
    ["expectedRevenueMinor", "expectedRevenueCurrency"],
  ],
  dto: { create: CreateCampaign, update: UpdateCampaign, import: ImportCampaign },
  usage: (tx, back) => lineageOfBack(tx, "campaign", back),
  context: async (tx, items): Promise<Surroundings> => ({
    currency: (await readSettings(tx)).currency,
    lineage: await lineageOf(tx, "campaign", items),
  }),
});
