import type {
  AccountState,
  AnyEnvelope,
  CampaignMemberState,
  CampaignState,
  Collaborator,
  ContactState,
  InteractionState,
  LeadState,
  OpportunityState,
  TaskState,
  TicketState,
} from "@kehu/contracts";
import type { PublicState } from "@kehu/records";
import { toMinor } from "@kehu/records";

/** What the metrics know of one record. */
export interface FactRow {
  id: string;
  version: number;
  concept: string;
  deleted: boolean;
  owner_id: string | null;
  team_id: string | null;
  collaborators: readonly Collaborator[];
  created_at: string;
  closed_at: string | null;
  closed_owner_id: string | null;
  status: string | null;
  stage: string | null;
  stage_category: string | null;
  type: string | null;
  source: string | null;
  channel: string | null;
  industry: string | null;
  probability: number | null;
  amount_minor: string | null;
  cost_minor: string | null;
  [column: string]: unknown;
}

type Dimensions = Partial<
  Omit<FactRow, "id" | "version" | "concept" | "deleted" | "owner_id" | "team_id" | "collaborators" | "created_at">
>;

const NOTHING = {
  closed_at: null,
  closed_owner_id: null,
  status: null,
  stage: null,
  stage_category: null,
  type: null,
  source: null,
  channel: null,
  industry: null,
  probability: null,
  amount_minor: null,
  cost_minor: null,
};

const minor = (money: { amount: string; currency: string } | null) =>
  money ? (toMinor(money.amount, money.currency)?.toString() ?? null) : null;

type OwnedState = PublicState & { teamId: string | null; collaborators: readonly Collaborator[] };

/** By concept: the property of the event with the record's state, and what of it the metrics use. */
const CONCEPTS = {
  "customer.account": ["account", ({ type, industry }: AccountState) => ({ type, industry })],
  "customer.contact": ["contact", ({ source }: ContactState) => ({ source })],
  "customer.interaction": [
    "interaction",
    ({ kind, direction }: InteractionState) => ({ type: kind, channel: direction }),
  ],
  "customer.task": ["task", ({ status }: TaskState) => ({ status })],
  "sales.lead": ["lead", ({ status, source, industry }: LeadState) => ({ status, source, industry })],
  "sales.opportunity": [
    "opportunity",
    (deal: OpportunityState) => ({
      closed_at: deal.closedAt,
      closed_owner_id: deal.closedOwnerId,
      stage: deal.stage,
      stage_category: deal.stageCategory,
      type: deal.type,
      source: deal.source,
      probability: deal.probability,
      amount_minor: minor(deal.baseAmount),
    }),
  ],
  "service-desk.ticket": [
    "ticket",
    ({ status, channel, type, closedAt }: TicketState) => ({ status, channel, type, closed_at: closedAt }),
  ],
  "marketing.campaign": [
    "campaign",
    ({ status, type, budget, cost }: CampaignState) => ({
      status,
      type,
      amount_minor: minor(budget),
      cost_minor: minor(cost),
    }),
  ],
  "marketing.campaign-member": ["campaignMember", ({ status }: CampaignMemberState) => ({ status })],
} as const satisfies Record<string, readonly [string, (state: never) => Dimensions]>;

/** @returns the fact that an event states; null for an event of a concept that no metric counts */
export function factOf(
  event: Pick<AnyEnvelope, "type" | "subject" | "aggregateversion" | "time" | "data">,
): FactRow | null {
  const concept = event.type.slice(0, event.type.lastIndexOf("."));
  if (!Object.hasOwn(CONCEPTS, concept)) return null;
  const [property, dimensions] = CONCEPTS[concept as keyof typeof CONCEPTS];
  const state = event.data[property] as OwnedState | undefined;
  if (!state) return goneFact(event, concept);
  return {
    id: event.subject,
    version: event.aggregateversion,
    concept,
    deleted: state.deletedAt !== null,
    owner_id: state.ownerId,
    team_id: state.teamId,
    collaborators: state.collaborators,
    created_at: state.createdAt,
    ...NOTHING,
    ...(dimensions as unknown as (state: OwnedState) => Dimensions)(state),
  };
}

/** Of what was purged nothing is left, but that it counts no more. */
function goneFact(event: Pick<AnyEnvelope, "subject" | "aggregateversion" | "time">, concept: string): FactRow {
  return {
    id: event.subject,
    version: event.aggregateversion,
    concept,
    deleted: true,
    owner_id: null,
    team_id: null,
    collaborators: [],
    created_at: event.time,
    ...NOTHING,
  };
}
