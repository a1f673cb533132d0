import { Type, type Static } from "typebox";
import { concept, nullable, RecordState, Uuid } from "../event.ts";

export const TeamState = Type.Object({
  ...RecordState,
  name: Type.String(),
  /** The team that this one belongs to; null at the top of the tree. */
  parentId: nullable(Uuid),
  /** From the root of the tree, an ltree label per team; the last one is its own. */
  path: Type.String(),
});
export type TeamState = Static<typeof TeamState>;

const team = concept("kehu.identity.team", "team", TeamState, {
  id: "0199c1a0-0000-7000-8000-0000000000bb",
  ownerId: null,
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  name: "华东",
  parentId: null,
  path: "0199c1a00000700080000000000000bb",
});

export const TEAM_EVENTS = {
  "identity.team.created": team(),
  "identity.team.updated": team(),
  "identity.team.deleted": team(),
  "identity.team.restored": team(),
  "identity.team.snapshot": team(),
};
