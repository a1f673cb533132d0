import { Type, type Static } from "typebox";
import { concept, nullable, oneOf, Personal, RecordState, Uuid } from "../event.ts";

export const USER_STATUSES = ["invited", "active", "suspended"] as const;

export const UserState = Type.Object({
  ...RecordState,
  email: Personal,
  firstName: nullable(Personal),
  lastName: Personal,
  /** What stands beside an owner id: first and last name with a space between. */
  name: Personal,
  status: oneOf(USER_STATUSES),
  teamId: nullable(Uuid),
  /** Path of the user's team from the root of the team tree, an ltree label per team; null without a team. */
  teamPath: nullable(Type.String()),
  roleIds: Type.Array(Uuid),
  language: Type.String(),
  timeZone: nullable(Type.String()),
});
export type UserState = Static<typeof UserState>;

const user = concept("kehu.identity.user", "user", UserState, {
  id: "0199c1a0-0000-7000-8000-00000000000a",
  ownerId: null,
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  email: "li.na@example.com",
  firstName: "娜",
  lastName: "李",
  name: "娜 李",
  status: "invited",
  teamId: null,
  teamPath: null,
  roleIds: ["0199c1a0-0000-7000-8000-0000000000aa"],
  language: "zh-CN",
  timeZone: "Asia/Shanghai",
});

export const USER_EVENTS = {
  "identity.user.invited": user(),
  "identity.user.activated": user(),
  "identity.user.updated": user(),
  "identity.user.suspended": user(),
  "identity.user.reactivated": user(),
  "identity.user.deleted": user(),
  "identity.user.restored": user(),
  /** All that he owns goes to another user, or into the pool of a team; each service moves its own records. */
  "identity.user.handed-over": user(
    {
      handoverId: Uuid,
      toUserId: nullable(Uuid),
      toTeamId: nullable(Uuid),
      /** Last parts of their paths (`accounts`); null: everything. */
      resources: nullable(Type.Array(Type.String())),
    },
    {
      handoverId: "0199c1a0-0000-7000-8000-00000000000d",
      toUserId: "0199c1a0-0000-7000-8000-00000000000b",
      toTeamId: null,
      resources: null,
    },
  ),
  "identity.user.snapshot": user(),
};
