import { Type, type Static } from "typebox";
import { concept, oneOf, RecordState, Uuid } from "../event.ts";

export const STAGE_CATEGORIES = ["open", "won", "lost", "on_hold"] as const;

export const Stage = Type.Object({
  id: Uuid,
  name: Type.String(),
  category: oneOf(STAGE_CATEGORIES),
  /** Per cent, 0 to 100. */
  probability: Type.Integer({ minimum: 0, maximum: 100 }),
});
export type Stage = Static<typeof Stage>;

export const PipelineState = Type.Object({
  ...RecordState,
  name: Type.String(),
  isDefault: Type.Boolean(),
  stages: Type.Array(Stage),
});
export type PipelineState = Static<typeof PipelineState>;

const pipeline = concept("kehu.sales.pipeline", "pipeline", PipelineState, {
  id: "0199c1a0-0000-7000-8000-000000000006",
  ownerId: null,
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  name: "Sales",
  isDefault: true,
  stages: [
    { id: "0199c1a0-0000-7000-8000-0000000000c1", name: "Prospecting", category: "open", probability: 10 },
    { id: "0199c1a0-0000-7000-8000-0000000000c2", name: "Won", category: "won", probability: 100 },
    { id: "0199c1a0-0000-7000-8000-0000000000c3", name: "Lost", category: "lost", probability: 0 },
  ],
});

export const PIPELINE_EVENTS = {
  "sales.pipeline.created": pipeline(),
  "sales.pipeline.updated": pipeline(),
  "sales.pipeline.deleted": pipeline(),
  "sales.pipeline.restored": pipeline(),
  "sales.pipeline.purged": pipeline.purged,
  "sales.pipeline.snapshot": pipeline(),
};
