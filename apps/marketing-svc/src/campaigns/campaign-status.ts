import type { CampaignState, EventType } from "@kehu/contracts";

/** null: an import did not know it; whoever does may say it by any verb that begins or ends a campaign. */
export type CampaignStatus = CampaignState["status"];

export type CampaignVerb = "schedule" | "launch" | "pause" | "resume" | "finish" | "cancel";

interface Move {
  from: readonly CampaignStatus[];
  to: NonNullable<CampaignStatus>;
  fact: EventType;
}

/** Which verb leads from where to where, and the fact that says so. */
export const MOVES: Readonly<Record<CampaignVerb, Move>> = {
  schedule: { from: ["draft", null], to: "scheduled", fact: "marketing.campaign.scheduled" },
  launch: { from: ["scheduled", null], to: "running", fact: "marketing.campaign.launched" },
  pause: { from: ["running"], to: "paused", fact: "marketing.campaign.paused" },
  resume: { from: ["paused"], to: "running", fact: "marketing.campaign.resumed" },
  finish: { from: ["running", "paused", null], to: "finished", fact: "marketing.campaign.finished" },
  cancel: { from: ["draft", "scheduled", "paused", null], to: "cancelled", fact: "marketing.campaign.cancelled" },
};

/** What an imported campaign tells of the status that it came in. */
export const FACTS: Readonly<Record<NonNullable<CampaignStatus>, EventType>> = {
  draft: "marketing.campaign.updated",
  scheduled: "marketing.campaign.scheduled",
  running: "marketing.campaign.launched",
  paused: "marketing.campaign.paused",
  finished: "marketing.campaign.finished",
  cancelled: "marketing.campaign.cancelled",
};

/** @returns the verbs that a campaign of the status takes */
export function verbsFrom(status: CampaignStatus): CampaignVerb[] {
  return (Object.keys(MOVES) as CampaignVerb[]).filter((verb) => MOVES[verb].from.includes(status));
}
