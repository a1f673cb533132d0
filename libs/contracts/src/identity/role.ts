import { Type, type Static } from "typebox";
import { concept, nullable, oneOf, RecordState } from "../event.ts";

export const RoleState = Type.Object({
  ...RecordState,
  /** Stable name of a built-in role (`sales`); null for one that the company has made. */
  key: nullable(Type.String()),
  name: Type.String(),
  /** Permission -> how far it reaches. */
  grants: Type.Record(Type.String(), oneOf(["own", "team", "subtree", "all"])),
  /** Area and concept -> field -> what is closed of it. */
  fieldRules: Type.Record(Type.String(), Type.Record(Type.String(), oneOf(["hidden", "read-only"]))),
});
export type RoleState = Static<typeof RoleState>;

const role = concept("kehu.identity.role", "role", RoleState, {
  id: "0199c1a0-0000-7000-8000-0000000000aa",
  ownerId: null,
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  key: "sales",
  name: "Sales",
  grants: { "customer.account.read": "own" },
  fieldRules: { "customer.account": { industry: "read-only" } },
});

export const ROLE_EVENTS = {
  "identity.role.created": role(),
  "identity.role.updated": role(),
  "identity.role.deleted": role(),
  "identity.role.restored": role(),
  "identity.role.snapshot": role(),
};
