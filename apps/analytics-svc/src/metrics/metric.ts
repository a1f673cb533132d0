export type Unit = "money" | "count" | "rate" | "days";

export const DIMENSIONS = ["month", "owner", "stage", "source", "status", "channel", "type", "industry"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** A number that Kehu knows how to make: a fixed formula over facts. */
export interface Metric {
  name: string;
  unit: Unit;
  /** The formula in words. */
  formula: string;
  /** What it counts. */
  concept: string;
  /** Permission of its source: the metric counts what the caller may see under it. */
  permission: string;
  /** Which facts it counts, in SQL over the columns of a fact. */
  where: string;
  /** Aggregate over these facts, in SQL; of money in the smallest unit. */
  value: string;
  /** What one fact adds, in SQL; null where values do not add up (rates, medians). */
  each: string | null;
  /** Column by dimension. */
  dimensions: Partial<Record<Dimension, string>>;
  /** Fields of the concept of which the number is made. */
  fields: readonly string[];
}

/** The field of a concept that a dimension shows, where it has another name. */
const FIELD_OF: Readonly<Record<string, string>> = {
  "customer.interaction type": "kind",
  "customer.interaction channel": "direction",
};

/** The field that a dimension of a metric shows. */
export function fieldOf({ concept, dimensions }: Metric, dimension: string): string {
  if (dimension === "month") return dimensions.month === CLOSED.month ? "closedAt" : "createdAt";
  if (dimension === "owner") return dimensions.owner === CLOSED.owner ? "closedOwnerId" : "ownerId";
  return FIELD_OF[`${concept} ${dimension}`] ?? dimension;
}

const CREATED = { month: "created_month", owner: "owner_id" } as const;
const CLOSED = { month: "closed_month", owner: "closed_owner_id" } as const;
const AMOUNT = ["amount", "baseAmount"] as const;
const STAGE = ["stage", "stageCategory"] as const;
const DEAL = { source: "source", type: "type" } as const;

const count = (
  name: string,
  formula: string,
  concept: string,
  permission: string,
  dimensions: Metric["dimensions"],
  fields: readonly string[] = [],
  where = "true",
): Metric => ({
  name,
  unit: "count",
  formula,
  concept,
  permission,
  where,
  value: "count(*)",
  each: "1",
  dimensions,
  fields,
});

const sum = (
  name: string,
  formula: string,
  concept: string,
  permission: string,
  dimensions: Metric["dimensions"],
  fields: readonly string[],
  each: string,
  where = "true",
): Metric => ({
  name,
  unit: "money",
  formula,
  concept,
  permission,
  where,
  value: `coalesce(sum(${each}), 0)`,
  each,
  dimensions,
  fields,
});

const DEALS = ["sales.opportunity", "sales.opportunity.read"] as const;
const CAMPAIGNS = ["marketing.campaign", "marketing.campaign.read"] as const;

/** The catalogue. A closed deal counts for who owned it at closing, and in the month of its closing. */
export const METRICS: readonly Metric[] = [
  sum(
    "won-amount",
    "Sum of the amounts of won deals",
    ...DEALS,
    { ...CLOSED, ...DEAL },
    [...AMOUNT, ...STAGE],
    "amount_minor",
    `stage_category = 'won'`,
  ),
  count("won-count", "Number of won deals", ...DEALS, { ...CLOSED, ...DEAL }, STAGE, `stage_category = 'won'`),
  count("lost-count", "Number of lost deals", ...DEALS, { ...CLOSED, ...DEAL }, STAGE, `stage_category = 'lost'`),
  {
    name: "win-rate",
    unit: "rate",
    formula: "Won deals / (won deals + lost deals)",
    concept: "sales.opportunity",
    permission: "sales.opportunity.read",
    where: `stage_category IN ('won', 'lost')`,
    value: `round(count(*) FILTER (WHERE stage_category = 'won')::numeric / nullif(count(*), 0), 4)`,
    each: null,
    dimensions: { ...CLOSED, ...DEAL },
    fields: STAGE,
  },
  sum(
    "open-pipeline-amount",
    "Sum of the amounts of open deals",
    ...DEALS,
    { ...CREATED, ...DEAL, stage: "stage" },
    [...AMOUNT, ...STAGE],
    "amount_minor",
    `stage_category = 'open'`,
  ),
  count(
    "open-pipeline-count",
    "Number of open deals",
    ...DEALS,
    { ...CREATED, ...DEAL, stage: "stage" },
    STAGE,
    `stage_category = 'open'`,
  ),
  sum(
    "weighted-pipeline-amount",
    "Sum of amount x probability of open deals, each rounded to the smallest unit",
    ...DEALS,
    { ...CREATED, ...DEAL, stage: "stage" },
    [...AMOUNT, "probability", ...STAGE],
    "round(amount_minor * probability / 100.0)",
    `stage_category = 'open'`,
  ),
  {
    name: "sales-cycle-days",
    unit: "days",
    formula: "Median of the days from creation to closing of won deals",
    concept: "sales.opportunity",
    permission: "sales.opportunity.read",
    where: `stage_category = 'won' AND closed_at IS NOT NULL`,
    value: `round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - created_at)) / 86400)::numeric, 2)`,
    each: null,
    dimensions: { ...CLOSED, ...DEAL },
    fields: ["closedAt", ...STAGE],
  },
  count("lead-count", "Number of leads", "sales.lead", "sales.lead.read", {
    ...CREATED,
    source: "source",
    status: "status",
    industry: "industry",
  }),
  {
    name: "lead-conversion-rate",
    unit: "rate",
    formula: "Converted leads / all leads",
    concept: "sales.lead",
    permission: "sales.lead.read",
    where: "true",
    value: `round(count(*) FILTER (WHERE status = 'converted')::numeric / nullif(count(*), 0), 4)`,
    each: null,
    dimensions: { ...CREATED, source: "source", industry: "industry" },
    fields: ["status"],
  },
  count("account-count", "Number of accounts", "customer.account", "customer.account.read", {
    ...CREATED,
    type: "type",
    industry: "industry",
  }),
  count("contact-count", "Number of contacts", "customer.contact", "customer.contact.read", {
    ...CREATED,
    source: "source",
  }),
  count("interaction-count", "Number of interactions", "customer.interaction", "customer.interaction.read", {
    ...CREATED,
    type: "type",
    channel: "channel",
  }),
  count("task-count", "Number of tasks", "customer.task", "customer.task.read", { ...CREATED, status: "status" }),
  count("ticket-count", "Number of tickets", "service-desk.ticket", "service-desk.ticket.read", {
    ...CREATED,
    status: "status",
    channel: "channel",
    type: "type",
  }),
  sum(
    "campaign-budget",
    "Sum of the budgets of campaigns",
    ...CAMPAIGNS,
    { ...CREATED, status: "status", type: "type" },
    ["budget"],
    "amount_minor",
  ),
  sum(
    "campaign-cost",
    "Sum of the actual costs of campaigns",
    ...CAMPAIGNS,
    { ...CREATED, status: "status", type: "type" },
    ["cost"],
    "cost_minor",
  ),
  count(
    "campaign-member-count",
    "Number of campaign members",
    "marketing.campaign-member",
    "marketing.campaign-member.read",
    { ...CREATED, status: "status" },
  ),
];
