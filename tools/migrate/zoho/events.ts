import { always, instant, instantNotBefore, owner, text } from "../engine/fields.ts";
import type { FileTable } from "../engine/mapping.ts";
import { externalLinks, links } from "./links.ts";

export const EVENTS: FileTable = {
  file: "Events.csv",
  resource: "interactions",
  type: "interaction",
  key: ["EVENTID"],
  repeatedKey: "fails",
  fields: {
    kind: always("meeting"),
    subject: text("Subject"),
    occurredAt: instant("Start DateTime"),
    endedAt: instantNotBefore("End DateTime", "Start DateTime"),
    links,
    externalLinks,
    ownerId: owner({ id: "Event Owner Id", name: "Event Owner" }),
    createdAt: instant("Created Time"),
  },
  unused: ["Modified Time", "Who Id Id", "What Id", "SEMODULE"],
};
