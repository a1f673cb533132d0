import { Type, type Static } from "typebox";
import { concept, Day, Money, nullable, oneOf, OwnedState, Uuid } from "../event.ts";

export const CAMPAIGN_STATUSES = ["draft", "scheduled", "running", "paused", "finished", "cancelled"] as const;

export const CampaignState = Type.Object({
  ...OwnedState,
  name: Type.String(),
  type: nullable(Type.String()),
  status: nullable(oneOf(CAMPAIGN_STATUSES)),
  goal: nullable(Type.String()),
  startsOn: nullable(Day),
  endsOn: nullable(Day),
  budget: nullable(Money),
  cost: nullable(Money),
  expectedRevenue: nullable(Money),
  parentId: nullable(Uuid),
});
export type CampaignState = Static<typeof CampaignState>;

const campaign = concept("kehu.marketing.campaign", "campaign", CampaignState, {
  id: "0199c1a0-0000-7000-8000-000000000010",
  ownerId: "0199c1a0-0000-7000-8000-00000000000a",
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  teamId: null,
  collaborators: [],
  custom: { region: "华东", visits: 3 },
  tags: ["key account"],
  name: "春季 Spring 2026",
  type: "email",
  status: "draft",
  goal: null,
  startsOn: "2026-03-01",
  endsOn: "2026-03-31",
  budget: { amount: "50000.00", currency: "CNY" },
  cost: null,
  expectedRevenue: null,
  parentId: null,
});

const Status = nullable(oneOf(CAMPAIGN_STATUSES));

export const CAMPAIGN_EVENTS = {
  "marketing.campaign.created": campaign(),
  "marketing.campaign.updated": campaign(),
  "marketing.campaign.scheduled": campaign({ from: Status }, { from: "draft" }),
  "marketing.campaign.launched": campaign({ from: Status }, { from: "scheduled" }),
  "marketing.campaign.paused": campaign({ from: Status }, { from: "running" }),
  "marketing.campaign.resumed": campaign({ from: Status }, { from: "paused" }),
  "marketing.campaign.finished": campaign({ from: Status }, { from: "running" }),
  "marketing.campaign.cancelled": campaign({ from: Status }, { from: "draft" }),
  "marketing.campaign.owner-changed": campaign({ from: nullable(Uuid) }, { from: null }),
  "marketing.campaign.deleted": campaign(),
  "marketing.campaign.restored": campaign(),
  "marketing.campaign.purged": campaign.purged,
  "marketing.campaign.snapshot": campaign(),
};
