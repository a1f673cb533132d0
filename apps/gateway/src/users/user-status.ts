import type { UserState } from "@kehu/contracts";

export type UserStatus = UserState["status"];

/** Where a user's status may go from where it is. */
export const NEXT: Readonly<Record<UserStatus, readonly UserStatus[]>> = {
  invited: ["active"],
  active: ["suspended"],
  suspended: ["active"],
};
