import type { ReferenceTarget } from "@kehu/records";

/** How users and teams refer to a team. */
export const TEAM: ReferenceTarget = {
  type: "team",
  table: "team",
  name: "name",
  permission: "identity.team.read",
  copy: false,
};
