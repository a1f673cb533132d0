import { IllegalTransition, type LEAD_STATUSES } from "@kehu/contracts";

export type LeadStatus = (typeof LEAD_STATUSES)[number];

/** From where to where a lead goes. An open one may be converted at any time: that says that it was a good one. */
export const NEXT: Readonly<Record<LeadStatus, readonly LeadStatus[]>> = {
  new: ["contacted", "nurturing", "unqualified", "converted"],
  contacted: ["nurturing", "qualified", "unqualified", "converted"],
  nurturing: ["contacted", "converted"],
  qualified: ["nurturing", "unqualified", "converted"],
  unqualified: ["new"],
  converted: [],
};

/** The verb that leads to a status. */
export const VERB: Readonly<Record<LeadStatus, string>> = {
  new: "recycle",
  contacted: "contact",
  nurturing: "nurture",
  qualified: "qualify",
  unqualified: "unqualify",
  converted: "convert",
};

/** @throws IllegalTransition with the verbs that are possible */
export function mustLead(from: LeadStatus, to: LeadStatus): void {
  if (NEXT[from].includes(to)) return;
  throw new IllegalTransition(
    "lead",
    from,
    to,
    NEXT[from].map((status) => VERB[status]),
  );
}
