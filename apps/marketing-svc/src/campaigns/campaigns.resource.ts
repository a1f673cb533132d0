import { CAMPAIGN_STATUSES } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import {
  choice,
  day,
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
  context: async (tx, items): Promise<Surroundings> => ({
    currency: (await readSettings(tx)).currency,
    lineage: await lineage(tx, items),
  }),
});

/** The ancestors of every parent that is named; changes of parents wait for each other, or two could close a circle. */
async function lineage(tx: Tx, items: readonly { parentId?: string | null }[]): Promise<Surroundings["lineage"]> {
  const parents = items.flatMap(({ parentId }) => parentId ?? []);
  if (parents.length === 0) return new Map();
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('campaign.parent_id', 0))`);
  const rows = await tx.query<{ start: string; ancestors: string[] }>(
    `WITH RECURSIVE up AS (
       SELECT id AS start, id, parent_id FROM campaign WHERE id = ANY($1)
       UNION ALL SELECT up.start, c.id, c.parent_id FROM up JOIN campaign c ON c.id = up.parent_id
     ) CYCLE id SET looped USING path
     SELECT start, array_agg(id) AS ancestors FROM up GROUP BY start`,
    [parents],
  );
  return new Map(rows.map(({ start, ancestors }) => [start, ancestors]));
}
