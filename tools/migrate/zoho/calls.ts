import { always, instant, owner, text, wholeNumber, word } from "../engine/fields.ts";
import type { FileTable } from "../engine/mapping.ts";
import { externalLinks, links } from "./links.ts";
import { CALL_DIRECTIONS } from "./vocabularies.ts";

export const CALLS: FileTable = {
  file: "Calls.csv",
  resource: "interactions",
  type: "interaction",
  key: ["TASKID"],
  repeatedKey: "fails",
  fields: {
    kind: always("call"),
    direction: word("Call Type", CALL_DIRECTIONS, "warns"),
    subject: text("Subject"),
    occurredAt: instant("Call Start Time"),
    durationSeconds: wholeNumber("Call Duration (in seconds)"),
    purpose: text("Call Purpose"),
    links,
    externalLinks,
    ownerId: owner({ id: "Call Owner Id", name: "Call Owner" }),
    createdAt: instant("Created Time"),
  },
  unused: ["Billable", "Modified Time", "Call Duration (in minutes)", "Who Id Id", "What Id", "SEMODULE"],
};
