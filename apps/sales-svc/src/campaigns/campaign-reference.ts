import type { ReferenceTarget } from "@kehu/records";

/** How records of this service refer to a campaign of marketing-svc. */
export const CAMPAIGN: ReferenceTarget = {
  type: "campaign",
  table: "campaign_copy",
  name: "name",
  permission: "marketing.campaign.read",
  copy: true,
};
