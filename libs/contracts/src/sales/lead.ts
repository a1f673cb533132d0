import { Type, type Static } from "typebox";
import { concept, Instant, nullable, oneOf, Personal, PersonalCustom, OwnedState, Uuid } from "../event.ts";

export const LEAD_STATUSES = ["new", "contacted", "nurturing", "qualified", "unqualified", "converted"] as const;

export const LeadState = Type.Object({
  ...OwnedState,
  custom: PersonalCustom,
  personId: Uuid,
  firstName: nullable(Personal),
  lastName: Personal,
  company: nullable(Type.String()),
  email: nullable(Personal),
  phone: nullable(Personal),
  website: nullable(Type.String()),
  industry: nullable(Type.String()),
  source: nullable(Type.String()),
  campaignId: nullable(Uuid),
  status: oneOf(LEAD_STATUSES),
  unqualifiedReason: nullable(Type.String()),
  convertedAt: nullable(Instant),
  /** What a conversion made or found. */
  convertedAccountId: nullable(Uuid),
  convertedContactId: nullable(Uuid),
  convertedOpportunityId: nullable(Uuid),
});
export type LeadState = Static<typeof LeadState>;

/** What customer-svc is to create when a lead was converted; null where the record existed before. */
const Conversion = {
  account: nullable(
    Type.Object({ id: Uuid, name: Type.String(), industry: nullable(Type.String()), website: nullable(Type.String()) }),
  ),
  contact: nullable(
    Type.Object({
      id: Uuid,
      personId: Uuid,
      firstName: nullable(Personal),
      lastName: Personal,
      email: nullable(Personal),
      phone: nullable(Personal),
      source: nullable(Type.String()),
      accountId: nullable(Uuid),
    }),
  ),
};

const lead = concept("kehu.sales.lead", "lead", LeadState, {
  id: "0199c1a0-0000-7000-8000-000000000005",
  ownerId: "0199c1a0-0000-7000-8000-00000000000a",
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  teamId: null,
  collaborators: [],
  custom: { region: "华东", visits: 3 },
  tags: ["key account"],
  personId: "0199c1a0-0000-7000-8000-0000000000b1",
  firstName: "伟",
  lastName: "王",
  company: "华星科技",
  email: "wang.wei@huaxing.example",
  phone: "+8613800138000",
  website: null,
  industry: "technology",
  source: "web",
  campaignId: null,
  status: "new",
  unqualifiedReason: null,
  convertedAt: null,
  convertedAccountId: null,
  convertedContactId: null,
  convertedOpportunityId: null,
});

export const LEAD_EVENTS = {
  "sales.lead.created": lead(),
  "sales.lead.updated": lead(),
  "sales.lead.status-changed": lead({ from: oneOf(LEAD_STATUSES) }, { from: "new" }),
  "sales.lead.unqualified": lead(
    { from: oneOf(LEAD_STATUSES), reason: nullable(Type.String()) },
    { from: "new", reason: "no budget" },
  ),
  "sales.lead.recycled": lead(),
  "sales.lead.converted": lead(Conversion, {
    account: { id: "0199c1a0-0000-7000-8000-000000000001", name: "华星科技", industry: "technology", website: null },
    contact: null,
  }),
  "sales.lead.owner-changed": lead({ from: nullable(Uuid) }, { from: null }),
  "sales.lead.deleted": lead(),
  "sales.lead.restored": lead(),
  "sales.lead.purged": lead.purged,
  /** The person was erased: his key is gone, and with it whatever was said of him before. */
  "sales.lead.erased": lead(),
  "sales.lead.snapshot": lead(),
};
