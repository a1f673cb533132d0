import { STAGE_CATEGORIES } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { boolean, fields, json, resource, text, type ReferenceTarget } from "@kehu/records";
import { CreatePipeline, ImportPipeline, UpdatePipeline } from "./pipeline.dto.ts";
import { Pipeline, type StagesInUse } from "./pipeline.entity.ts";

/** How opportunities refer to their pipeline. */
export const PIPELINE: ReferenceTarget = {
  type: "pipeline",
  table: "pipeline",
  name: "name",
  permission: "sales.pipeline.read",
  copy: false,
};

const STAGES_SCHEMA = {
  type: "array",
  items: {
    type: "object",
    required: ["id", "name", "category", "probability"],
    properties: {
      id: { type: "string", format: "uuid" },
      name: { type: "string" },
      category: { type: "string", enum: STAGE_CATEGORIES },
      probability: { type: "integer", minimum: 0, maximum: 100 },
    },
  },
};

export const PIPELINES = resource<Pipeline>({
  name: "pipelines",
  type: "pipeline",
  concept: "sales.pipeline",
  snapshot: "sales.pipeline.snapshot",
  purged: "sales.pipeline.purged",
  updated: "sales.pipeline.updated",
  table: "pipeline",
  entity: Pipeline,
  permissions: {
    read: "sales.pipeline.read",
    write: "sales.pipeline.write",
    import: "sales.pipeline.import",
  },
  fields: fields({
    name: text("Name", "名称", { required: true }),
    isDefault: boolean("Default", "默认", { neverNull: true }),
    stages: json("Stages", "阶段", STAGES_SCHEMA, { required: true }),
  }),
  keywords: ["name"],
  dto: { create: CreatePipeline, update: UpdatePipeline, import: ImportPipeline },
  context: (tx) => stagesInUse(tx),
  usage: (tx) => stagesInUse(tx, "o.deleted_at IS NULL"),
});

/**
 * The stages in which opportunities stand. Whoever puts one into a stage holds a share of the pipeline's row lock, so
 * under that lock none can be missed.
 *
 * @param which SQL: all of them, also what is deleted and may come back; where an import is taken back, not those
 */
export async function stagesInUse(tx: Tx, which = "true"): Promise<StagesInUse> {
  const rows = await tx.query<{ id: string; stages: Record<string, string> }>(
    `SELECT p.id, jsonb_object_agg(s.stage->>'name', s.stage->>'category') AS stages FROM pipeline p, jsonb_array_elements(p.stages) AS s (stage)
     WHERE EXISTS (SELECT FROM opportunity o WHERE o.pipeline_id = p.id AND o.stage = s.stage->>'name' AND ${which})
     GROUP BY p.id`,
  );
  return new Map(rows.map(({ id, stages }) => [id, new Map(Object.entries(stages))]));
}
