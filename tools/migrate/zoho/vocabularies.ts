/** Words of Zoho CRM and what they are in Kehu. */

export const ACCOUNT_TYPES = {
  Customer: "customer",
  Prospect: "prospect",
  Partner: "partner",
  Competitor: "competitor",
};

export const LEAD_STATUSES: Readonly<Record<string, string>> = {
  "Not Contacted": "new",
  "Attempted to Contact": "contacted",
  Contacted: "contacted",
  "Contact in Future": "nurturing",
  "Pre Qualified": "qualified",
  "Lost Lead": "unqualified",
  "Junk Lead": "unqualified",
};
export const UNQUALIFIED_REASONS: Readonly<Record<string, string>> = { "Lost Lead": "lost", "Junk Lead": "junk" };

/** The stages of the pipeline "Zoho", in their order. Where a stage and a probability disagree, the stage is right. */
export const STAGES = [
  { name: "Prospect", category: "open", probability: 10 },
  { name: "Qualification", category: "open", probability: 20 },
  { name: "Needs Analysis", category: "open", probability: 35 },
  { name: "Initial Offer", category: "open", probability: 50 },
  { name: "Proposal/Price Quote", category: "open", probability: 75 },
  { name: "Negotiation/Review", category: "open", probability: 90 },
  { name: "Closed Won", category: "won", probability: 100 },
  { name: "Closed Lost", category: "lost", probability: 0 },
] as const;

/** One source that two modules of Zoho spell differently. */
export const SOURCE_SPELLINGS = { OnlineStore: "Online Store" };

export const CASE_STATUSES = { Closed: "closed", "On Hold": "on_hold", Escalated: "open" };
export const CASE_ORIGINS: Readonly<Record<string, string>> = {
  Email: "email",
  Phone: "phone",
  Web: "web",
  Chat: "chat",
  "Social Media": "social",
  Other: "other",
};

export const CAMPAIGN_STATUSES = { Planning: "draft", Active: "running", Inactive: "paused", Complete: "finished" };

export const MEMBER_STATUSES = {
  Planned: "planned",
  Invited: "invited",
  Sent: "sent",
  Received: "delivered",
  Opened: "opened",
  Responded: "responded",
  Bounced: "bounced",
  "Opted Out": "opted_out",
};

export const CALL_DIRECTIONS = { Inbound: "inbound", Outbound: "outbound" };

export const TASK_STATUSES = {
  "Not Started": "open",
  "In Progress": "in_progress",
  "Waiting for input": "waiting",
  "Waiting on someone else": "waiting",
  Deferred: "deferred",
  Completed: "completed",
};
