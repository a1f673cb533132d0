import { about, AT, consent, MONEY, stages, suppression, texts, vocabulary, type Ids } from "./record-bodies.ts";

/** What the matrix needs to know of a resource to make its records and to look at them. */
export interface TestResource {
  name: string;
  /** The table, for a look from outside. */
  table: string;
  concept: string;
  /** Has it an owner, can it be deleted, does it take bulk requests? */
  owned: boolean;
  deletable: boolean;
  bulk: boolean;
  /** A whole record, with the mark in all its texts, and with as many references as it can have. */
  full: (mark: string, ids: Ids) => object;
  /** As little as a new record needs. */
  least: (mark: string, ids: Ids) => object;
  /** A change of it. */
  patch: (mark: string) => object;
}

const OWNED = { owned: true, deletable: true, bulk: true };
const ORDER = { owned: false, deletable: true, bulk: true };

/** In the order in which one refers to the other. */
export const RESOURCES: readonly TestResource[] = [
  {
    ...OWNED,
    name: "accounts",
    table: "customer.account",
    concept: "customer.account",
    full: (mark, ids) => ({
      name: mark,
      industry: mark,
      website: `https://${mark}.example`,
      parentId: ids("accounts"),
    }),
    least: (mark) => ({ name: mark }),
    patch: (mark) => ({ industry: mark }),
  },
  {
    ...OWNED,
    name: "contacts",
    table: "customer.contact",
    concept: "customer.contact",
    full: (mark, ids) => ({
      ...texts(mark, "firstName", "lastName", "title", "source"),
      accountId: ids("accounts"),
      contactPoints: [{ kind: "email", value: `${mark}@kehu.example` }],
    }),
    least: (mark) => ({ lastName: mark }),
    patch: (mark) => ({ title: mark }),
  },
  {
    ...OWNED,
    name: "campaigns",
    table: "marketing.campaign",
    concept: "marketing.campaign",
    full: (mark, ids) => ({
      name: mark,
      type: mark,
      goal: mark,
      budget: MONEY,
      cost: MONEY,
      parentId: ids("campaigns"),
    }),
    least: (mark) => ({ name: mark }),
    patch: (mark) => ({ goal: mark }),
  },
  {
    ...OWNED,
    name: "leads",
    table: "sales.lead",
    concept: "sales.lead",
    full: (mark, ids) => ({
      ...texts(mark, "firstName", "lastName", "company", "industry", "source"),
      email: `${mark}@kehu.example`,
      website: `https://${mark}.example`,
      campaignId: ids("campaigns"),
    }),
    least: (mark) => ({ lastName: mark }),
    patch: (mark) => ({ industry: mark }),
  },
  {
    ...ORDER,
    name: "pipelines",
    table: "sales.pipeline",
    concept: "sales.pipeline",
    full: (mark) => ({ name: mark, stages: stages(mark) }),
    least: (mark) => ({ name: mark, stages: stages(mark) }),
    patch: (mark) => ({ name: mark }),
  },
  {
    ...ORDER,
    name: "queues",
    table: "service_desk.queue",
    concept: "service-desk.queue",
    full: (mark) => ({ name: mark, description: mark }),
    least: (mark) => ({ name: mark }),
    patch: (mark) => ({ description: mark }),
  },
  {
    ...OWNED,
    name: "opportunities",
    table: "sales.opportunity",
    concept: "sales.opportunity",
    full: (mark, ids) => ({
      ...texts(mark, "name", "type", "source", "nextStep"),
      amount: MONEY,
      accountId: ids("accounts"),
      contactId: ids("contacts"),
      leadId: ids("leads"),
      campaignId: ids("campaigns"),
    }),
    least: (mark, ids) => ({ name: mark, accountId: ids("accounts") }),
    patch: (mark) => ({ nextStep: mark }),
  },
  {
    ...OWNED,
    name: "tickets",
    table: "service_desk.ticket",
    concept: "service-desk.ticket",
    full: (mark, ids) => ({ subject: mark, accountId: ids("accounts"), contactId: ids("contacts") }),
    least: (mark) => ({ subject: mark }),
    patch: (mark) => ({ subject: mark }),
  },
  {
    ...OWNED,
    name: "campaign-members",
    table: "marketing.campaign_member",
    concept: "marketing.campaign-member",
    full: (mark, ids) => ({ name: mark, campaignId: ids("campaigns"), contactId: ids("contacts") }),
    least: (mark, ids) => ({ name: mark, campaignId: ids("campaigns") }),
    patch: (mark) => ({ name: mark }),
  },
  {
    ...OWNED,
    name: "interactions",
    table: "customer.interaction",
    concept: "customer.interaction",
    full: (mark, ids) => ({
      kind: "call",
      occurredAt: AT,
      ...texts(mark, "subject", "body", "purpose", "outcome"),
      links: about(ids),
    }),
    least: (mark) => ({ kind: "note", occurredAt: AT, subject: mark }),
    patch: (mark) => ({ outcome: mark }),
  },
  {
    ...OWNED,
    name: "tasks",
    table: "customer.task",
    concept: "customer.task",
    full: (mark, ids) => ({ subject: mark, dueAt: AT, links: about(ids) }),
    least: (mark) => ({ subject: mark }),
    patch: (mark) => ({ subject: mark }),
  },
  {
    ...ORDER,
    deletable: false,
    name: "consents",
    table: "marketing.consent",
    concept: "marketing.consent",
    // An import may take consent back, not give it.
    full: (mark, ids) => consent(mark, "withdrawn", ids),
    least: (mark, ids) => consent(mark, "granted", ids),
    patch: (mark) => ({ proof: mark }),
  },
  {
    ...ORDER,
    deletable: false,
    name: "suppressions",
    table: "marketing.suppression",
    concept: "marketing.suppression",
    full: suppression,
    least: suppression,
    patch: (mark) => ({ source: mark }),
  },
  {
    ...ORDER,
    name: "users",
    table: "identity.app_user",
    concept: "identity.user",
    full: (mark) => ({ email: `${mark}@kehu.example`, lastName: mark }),
    least: (mark) => ({ email: `${mark}@kehu.example`, lastName: mark }),
    patch: (mark) => ({ lastName: mark }),
  },
  {
    ...ORDER,
    bulk: false,
    name: "teams",
    table: "identity.team",
    concept: "identity.team",
    full: (mark) => ({ name: mark }),
    least: (mark) => ({ name: mark }),
    patch: (mark) => ({ name: mark }),
  },
  {
    ...ORDER,
    bulk: false,
    name: "roles",
    table: "identity.role",
    concept: "identity.role",
    full: (mark) => ({ name: mark, grants: {}, fieldRules: { "customer.account": { industry: "hidden" } } }),
    least: (mark) => ({ name: mark, grants: {} }),
    patch: (mark) => ({ name: mark }),
  },
  {
    ...ORDER,
    bulk: false,
    name: "vocabularies",
    table: "identity.vocabulary",
    concept: "identity.vocabulary",
    full: vocabulary,
    least: vocabulary,
    patch: (mark) => ({ label: { en: mark, zh: mark } }),
  },
];

/** @returns undefined where the path is about no resource */
export function resourceOf(path: string): TestResource | undefined {
  const [, , name] = path.split("/");
  return RESOURCES.find((resource) => resource.name === name);
}
