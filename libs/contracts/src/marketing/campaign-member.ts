import { Type, type Static } from "typebox";
import { concept, Instant, nullable, oneOf, Personal, PersonalCustom, OwnedState, Uuid } from "../event.ts";

export const MEMBER_STATUSES = [
  "planned",
  "invited",
  "sent",
  "delivered",
  "opened",
  "clicked",
  "responded",
  "converted",
  "suppressed",
  "bounced",
  "opted_out",
  "failed",
] as const;

export const CampaignMemberState = Type.Object({
  ...OwnedState,
  custom: PersonalCustom,
  campaignId: Uuid,
  /** The person, where he is known; `name` alone where he is not. */
  leadId: nullable(Uuid),
  contactId: nullable(Uuid),
  personId: nullable(Uuid),
  name: nullable(Personal),
  status: oneOf(MEMBER_STATUSES),
  statusAt: Instant,
});
export type CampaignMemberState = Static<typeof CampaignMemberState>;

const member = concept("kehu.marketing.campaign-member", "campaignMember", CampaignMemberState, {
  id: "0199c1a0-0000-7000-8000-000000000011",
  ownerId: "0199c1a0-0000-7000-8000-00000000000a",
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  teamId: null,
  collaborators: [],
  custom: { region: "华东", visits: 3 },
  tags: ["key account"],
  campaignId: "0199c1a0-0000-7000-8000-000000000010",
  leadId: "0199c1a0-0000-7000-8000-000000000005",
  contactId: null,
  personId: "0199c1a0-0000-7000-8000-0000000000b1",
  name: "王 伟",
  status: "sent",
  statusAt: "2026-03-02T08:00:00.000Z",
});

export const CAMPAIGN_MEMBER_EVENTS = {
  "marketing.campaign-member.created": member(),
  "marketing.campaign-member.updated": member(),
  "marketing.campaign-member.status-changed": member({ from: oneOf(MEMBER_STATUSES) }, { from: "planned" }),
  "marketing.campaign-member.owner-changed": member({ from: nullable(Uuid) }, { from: null }),
  "marketing.campaign-member.deleted": member(),
  "marketing.campaign-member.restored": member(),
  "marketing.campaign-member.purged": member.purged,
  /** The person was erased. */
  "marketing.campaign-member.erased": member(),
  "marketing.campaign-member.snapshot": member(),
};
