import {
  day,
  expectedText,
  from,
  instantNotBefore,
  instant,
  money,
  onlyOne,
  owner,
  prerequisite,
  reference,
  requiredText,
  text,
  word,
} from "../engine/fields.ts";
import type { Field, FileTable, KnownRecord, Row, Surroundings } from "../engine/mapping.ts";
import { SOURCE_SPELLINGS, STAGES } from "./vocabularies.ts";

const CLOSED = new Set<string>(STAGES.filter(({ category }) => category !== "open").map(({ name }) => name));
const isClosed = (row: Row) => CLOSED.has(row.text("Stage"));

/** A field that only some rows have. */
const where = (applies: (row: Row) => boolean, field: Field): Field => ({
  ...field,
  columns: ["Stage", ...field.columns],
  read: (row, around) => (applies(row) ? field.read(row, around) : undefined),
});

/** The file names no contact: it is the one whose e-mail is the lead's. */
function contact(row: Row, around: Surroundings): KnownRecord | undefined {
  const email = around.byKey("lead", row.text("LEADID"))?.attributes["email"];
  return email === undefined ? undefined : onlyOne(around.byAttribute("contact", "email", email));
}

export const POTENTIALS: FileTable = {
  file: "Potentials.csv",
  resource: "opportunities",
  type: "opportunity",
  key: ["LEADID"],
  repeatedKey: "is-numbered",
  fields: {
    name: requiredText("Potential Name"),
    pipelineId: prerequisite("pipeline Zoho"),
    stage: word("Stage", Object.fromEntries(STAGES.map(({ name }) => [name, name])), "fails", "is-unknown"),
    amount: money("Amount", "USD", "fails"),
    expectedCloseOn: where((row) => !isClosed(row), day("Closing Date")),
    closedAt: where(isClosed, instantNotBefore("Closing Date", "Created Time")),
    type: text("Type"),
    source: expectedText("Lead Source", SOURCE_SPELLINGS),
    leadId: reference("lead", "LEADID"),
    contactId: from(["LEADID"], (row, around) => contact(row, around)?.id, ["lead", "contact"]),
    accountId: from(["LEADID"], (row, around) => contact(row, around)?.attributes["accountId"], ["lead", "contact"]),
    campaignId: reference("campaign", "Campaign Id"),
    ownerId: owner({ name: "Potential Owner" }),
    createdAt: instant("Created Time"),
  },
  unused: [
    "Expected Revenue",
    "Forecast Type",
    // Contradicts the stage in every sixth row; probability follows the stage.
    "Probability",
    "Age in Days",
    "Age Tier",
    "Amount Tier",
    "Tasks Involved",
    "Events Involved",
    "Calls Involved",
    "Activities Involved",
  ],
};
