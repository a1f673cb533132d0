import type { ReferenceTarget } from "@kehu/records";

/** How other records of this service refer to a lead. */
export const LEAD: ReferenceTarget = {
  type: "lead",
  table: "lead",
  name: "name",
  permission: "sales.lead.read",
  copy: false,
};
