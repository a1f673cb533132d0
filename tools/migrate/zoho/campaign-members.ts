import { from, instant, onlyOne, requiredReferenceBy, word } from "../engine/fields.ts";
import type { FileTable, Row, Surroundings } from "../engine/mapping.ts";
import { MEMBER_STATUSES } from "./vocabularies.ts";

/** Most rows have the last name in both columns. */
function name(row: Row): string | undefined {
  const [first, last] = [row.text("Lead First Name"), row.text("Lead Last Name")];
  return [first === last ? "" : first, last].filter(Boolean).join(" ") || undefined;
}

/** The person of the last name, where it is one lead's only; else the member is kept by name. */
function lead(row: Row, around: Surroundings): string | undefined {
  const column = "Lead Last Name";
  const found = around.byAttribute("lead", "lastName", row.text(column));
  if (found.length === 0) around.warn("import.person-unknown", column, `No lead is called "${row.text(column)}".`);
  if (found.length > 1)
    around.warn("import.person-ambiguous", column, `${found.length} leads are called "${row.text(column)}".`);
  return onlyOne(found)?.id;
}

export const CAMPAIGN_MEMBERS: FileTable = {
  file: "Campaign_Lead_Status.csv",
  resource: "campaign-members",
  type: "campaign-member",
  key: ["Campaign Name", "Lead First Name", "Lead Last Name", "Last Modified Time"],
  repeatedKey: "is-numbered",
  fields: {
    campaignId: requiredReferenceBy("campaign", "name", "Campaign Name"),
    leadId: from(["Lead Last Name"], lead, ["lead"]),
    name: from(["Lead First Name", "Lead Last Name"], name),
    status: word("Status", MEMBER_STATUSES, "fails", "is-unknown"),
    statusAt: instant("Last Modified Time"),
  },
  unused: ["Is Lead Active?"],
};
