import type { ReferenceTarget } from "@kehu/records";

/** How other records of this service refer to an opportunity. */
export const OPPORTUNITY: ReferenceTarget = {
  type: "opportunity",
  table: "opportunity",
  name: "name",
  permission: "sales.opportunity.read",
  copy: false,
};
