import { readInstant } from "../engine/converters.ts";
import { from, instant, instantNotBefore, owner, word } from "../engine/fields.ts";
import type { FileTable, Row } from "../engine/mapping.ts";
import { CASE_ORIGINS, CASE_STATUSES } from "./vocabularies.ts";

const closing = instantNotBefore("Modified Time", "Created Time");

/** The file has no subject: "Email case of 2021-04-15 23:01". */
function subject(row: Row): string {
  const created = readInstant(row.text("Created Time"))?.slice(0, 16).replace("T", " ") ?? row.text("Created Time");
  return [row.text("Case Origin"), "case", created && `of ${created}`].filter(Boolean).join(" ");
}

export const CASES: FileTable = {
  file: "Cases.csv",
  resource: "tickets",
  type: "ticket",
  key: ["Case Owner", "Case Origin", "Created Time"],
  repeatedKey: "is-numbered",
  fields: {
    subject: from(["Case Origin", "Created Time"], subject),
    status: word("Status", CASE_STATUSES, "fails", "is-unknown"),
    escalated: from(["Status"], (row) => row.text("Status") === "Escalated"),
    channel: word("Case Origin", CASE_ORIGINS, "warns"),
    // What happened last to a closed case is that it was closed: "Days to Closed" says the same.
    closedAt: from(["Status", "Modified Time"], (row, around) =>
      row.text("Status") === "Closed" ? closing.read(row, around) : undefined,
    ),
    ownerId: owner({ name: "Case Owner" }),
    createdAt: instant("Created Time"),
  },
  unused: ["Days to Closed", "Age in Days", "Age Tier"],
};
