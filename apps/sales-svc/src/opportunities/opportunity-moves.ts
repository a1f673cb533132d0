import { IllegalTransition, RuleViolation, type Stage, type STAGE_CATEGORIES } from "@kehu/contracts";
import { unknownReference } from "@kehu/records";

export type StageCategory = (typeof STAGE_CATEGORIES)[number];
export type Move = "stage" | "win" | "lose" | "reopen";

/** The verbs of an opportunity: from which category of stage into which. */
export const MOVES: Readonly<Record<Move, { from: readonly StageCategory[]; to: readonly StageCategory[] }>> = {
  stage: { from: ["open", "on_hold"], to: ["open", "on_hold"] },
  win: { from: ["open"], to: ["won"] },
  lose: { from: ["open", "on_hold"], to: ["lost"] },
  reopen: { from: ["won", "lost"], to: ["open"] },
};

const VERBS = Object.keys(MOVES) as Move[];

/** A pipeline, as far as its opportunities need it. */
export interface DealPipeline {
  id: string;
  isDefault: boolean;
  stages: readonly Stage[];
}

/** What an opportunity must know besides itself. */
export interface DealContext {
  pipelines: readonly DealPipeline[];
  /** The company's, ISO 4217. */
  currency: string;
}

/** @throws IllegalTransition with the verbs that are possible from the category */
export function mustMove(move: Move, from: StageCategory, to: string): void {
  if (!MOVES[move].from.includes(from)) throw new IllegalTransition("opportunity", from, to, movesFrom(from));
}

export const movesFrom = (category: StageCategory): Move[] =>
  VERBS.filter((move) => MOVES[move].from.includes(category));

/** The verbs that lead into a stage's category from another category. */
const movesInto = (from: StageCategory, to: StageCategory): Move[] =>
  movesFrom(from).filter((move) => MOVES[move].to.includes(to));

/** @throws RuleViolation `reference.unknown` */
export function pipelineOf({ pipelines }: DealContext, id: string | null | undefined): DealPipeline {
  const found = pipelines.find((pipeline) => (id ? pipeline.id === id.toLowerCase() : pipeline.isDefault));
  if (found) return found;
  throw unknownReference("pipelineId", "pipeline");
}

/** @throws RuleViolation `stage.unknown` with the names that there are as `allowed` */
export function stageNamed({ stages }: DealPipeline, name: string): Stage {
  const found = stages.find((stage) => stage.name === name);
  if (found) return found;
  throw new RuleViolation("stage.unknown", "The pipeline has no such stage.", {
    allowed: stages.map((stage) => stage.name),
    errors: [{ field: "stage", code: "stage.unknown", message: "The pipeline has no such stage." }],
  });
}

/** The first stage of a category; every pipeline has an open, a won and a lost one. */
export function firstOf({ stages }: DealPipeline, category: StageCategory): Stage {
  return stages.find((stage) => stage.category === category)!;
}

/**
 * The stage in which a move ends: the named one, else the first that the move may end in.
 *
 * @throws IllegalTransition where the move never ends in the named one, with the verbs that do as `allowed`
 */
export function destination(move: Move, from: StageCategory, pipeline: DealPipeline, name: string | undefined): Stage {
  const stage = name === undefined ? firstOf(pipeline, MOVES[move].to[0]!) : stageNamed(pipeline, name);
  if (MOVES[move].to.includes(stage.category)) return stage;
  throw new IllegalTransition("opportunity", from, stage.name, movesInto(from, stage.category));
}
