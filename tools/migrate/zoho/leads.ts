import { email, from, instant, owner, phone, requiredText, spelling, text, word } from "../engine/fields.ts";
import type { FileTable, Row, Surroundings } from "../engine/mapping.ts";
import { LEAD_STATUSES, SOURCE_SPELLINGS, UNQUALIFIED_REASONS } from "./vocabularies.ts";

const isConverted = (row: Row) => row.text("CONVERTED") === "Yes";
const strictly = word("Lead Status", LEAD_STATUSES, "fails", "is-unknown");
const leniently = word("Lead Status", LEAD_STATUSES, "warns", "is-unknown");

/** A lead that was converted is that, whatever its status says; any other must have a status that we know. */
function status(row: Row, around: Surroundings): unknown {
  if (!isConverted(row)) return strictly.read(row, around);
  leniently.read(row, around);
  return "converted";
}

export const LEADS: FileTable = {
  file: "Leads.csv",
  resource: "leads",
  type: "lead",
  key: ["LEADID"],
  repeatedKey: "fails",
  fields: {
    lastName: requiredText("Last Name"),
    company: text("Company"),
    email: email("Email"),
    phone: phone("Mobile"),
    website: text("Website"),
    industry: text("Industry"),
    source: spelling("Lead Source", SOURCE_SPELLINGS),
    status: { ...from(["Lead Status", "CONVERTED"], status), isRequired: true },
    unqualifiedReason: from(["Lead Status"], (row) =>
      isConverted(row) ? undefined : UNQUALIFIED_REASONS[row.text("Lead Status")],
    ),
    ownerId: owner({ name: "Lead Owner" }),
    createdAt: instant("Created Time"),
  },
  // Opportunities find their contact by the lead's e-mail, campaign members their lead by its last name.
  attributes: ({ email, lastName }) => ({ email: email as string | undefined, lastName: lastName as string }),
  unused: ["month_Created Time1"],
};
