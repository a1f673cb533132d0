import { Type, type Static } from "typebox";
import { concept, Day, Instant, Money, nullable, oneOf, OwnedState, Uuid } from "../event.ts";
import { STAGE_CATEGORIES } from "./pipeline.ts";

export const OpportunityContact = Type.Object({ contactId: Uuid, role: nullable(Type.String()) });

export const OpportunityState = Type.Object({
  ...OwnedState,
  name: Type.String(),
  accountId: nullable(Uuid),
  /** The primary contact; stands among `contacts` too. */
  contactId: nullable(Uuid),
  contacts: Type.Array(OpportunityContact),
  leadId: nullable(Uuid),
  campaignId: nullable(Uuid),
  pipelineId: Uuid,
  /** Name of the stage within its pipeline. */
  stage: Type.String(),
  stageCategory: oneOf(STAGE_CATEGORIES),
  stageSince: Instant,
  /** Per cent; the stage's, where nobody set another. */
  probability: Type.Integer(),
  amount: nullable(Money),
  /** The amount in the company's currency. */
  baseAmount: nullable(Money),
  expectedCloseOn: nullable(Day),
  /** When it was won or lost, as the business sees it. */
  closedAt: nullable(Instant),
  /** Who owned it when it was won or lost. */
  closedOwnerId: nullable(Uuid),
  lostReason: nullable(Type.String()),
  type: nullable(Type.String()),
  source: nullable(Type.String()),
  nextStep: nullable(Type.String()),
});
export type OpportunityState = Static<typeof OpportunityState>;

const opportunity = concept("kehu.sales.opportunity", "opportunity", OpportunityState, {
  id: "0199c1a0-0000-7000-8000-000000000007",
  ownerId: "0199c1a0-0000-7000-8000-00000000000a",
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  teamId: null,
  collaborators: [],
  custom: { region: "华东", visits: 3 },
  tags: ["key account"],
  name: "华星 CRM 2026",
  accountId: "0199c1a0-0000-7000-8000-000000000001",
  contactId: null,
  contacts: [],
  leadId: null,
  campaignId: null,
  pipelineId: "0199c1a0-0000-7000-8000-000000000006",
  stage: "Prospecting",
  stageCategory: "open",
  stageSince: "2026-01-02T03:04:05.000Z",
  probability: 10,
  amount: { amount: "22700.00", currency: "CNY" },
  baseAmount: { amount: "22700.00", currency: "CNY" },
  expectedCloseOn: "2026-03-31",
  closedAt: null,
  closedOwnerId: null,
  lostReason: null,
  type: null,
  source: "web",
  nextStep: null,
});

export const OPPORTUNITY_EVENTS = {
  "sales.opportunity.created": opportunity(),
  "sales.opportunity.updated": opportunity(),
  "sales.opportunity.stage-changed": opportunity({ from: Type.String() }, { from: "Prospecting" }),
  "sales.opportunity.won": opportunity({ from: Type.String() }, { from: "Negotiation" }),
  "sales.opportunity.lost": opportunity(
    { from: Type.String(), reason: nullable(Type.String()) },
    { from: "Negotiation", reason: "price" },
  ),
  "sales.opportunity.reopened": opportunity(
    { from: Type.String(), reason: Type.String() },
    { from: "Lost", reason: "new budget" },
  ),
  "sales.opportunity.owner-changed": opportunity({ from: nullable(Uuid) }, { from: null }),
  "sales.opportunity.deleted": opportunity(),
  "sales.opportunity.restored": opportunity(),
  "sales.opportunity.purged": opportunity.purged,
  "sales.opportunity.snapshot": opportunity(),
};
