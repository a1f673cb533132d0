import { day, instant, money, orEmpty, requiredText, text, word } from "../engine/fields.ts";
import type { FileTable } from "../engine/mapping.ts";
import { CAMPAIGN_STATUSES } from "./vocabularies.ts";

export const CAMPAIGNS: FileTable = {
  file: "Campaigns.csv",
  resource: "campaigns",
  type: "campaign",
  key: ["CAMPAIGNID"],
  repeatedKey: "fails",
  fields: {
    name: requiredText("Campaign Name"),
    type: text("Type"),
    status: orEmpty(word("Status", CAMPAIGN_STATUSES, "warns")),
    startsOn: day("Start Date"),
    endsOn: day("End Date"),
    expectedRevenue: money("Expected Revenue", "USD", "warns"),
    budget: money("Budgeted Cost", "USD", "warns"),
    cost: money("Actual Cost", "USD", "warns"),
    createdAt: instant("Created Time"),
  },
  // The file of members names the campaign, exactly: there are two that differ in capitals only.
  attributes: ({ name }) => ({ name: name as string }),
  unused: ["Modified Time"],
};
