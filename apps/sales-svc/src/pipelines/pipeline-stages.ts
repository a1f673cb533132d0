import { Conflict, RuleViolation, type Stage, type STAGE_CATEGORIES } from "@kehu/contracts";
import { v7 as uuidv7 } from "uuid";

export type StageCategory = (typeof STAGE_CATEGORIES)[number];

/** A stage as a caller gives it; without an id it is the pipeline's stage of that name, or a new one. */
export type GivenStage = Omit<Stage, "id"> & { id?: string };

/** What every pipeline needs: somewhere to begin, and both ways to end. */
const NEEDED: readonly StageCategory[] = ["open", "won", "lost"];

/**
 * The stages of a pipeline as they are kept.
 *
 * @param before the stages that it has
 * @param used names of those in which opportunities stand
 * @throws RuleViolation where two have one name or id, an id is none of the pipeline's own, or an open, a won or a lost one
 *   is missing
 * @throws Conflict `pipeline.stage-in-use` where a stage in use would go, or be another
 */
export function rewriteStages(
  given: readonly GivenStage[],
  before: readonly Stage[],
  used: Pick<ReadonlySet<string>, "has">,
): Stage[] {
  mustBeOwn(given, before);
  const stages = given.map(({ id, name, category, probability }) => ({
    id: id?.toLowerCase() ?? before.find((stage) => stage.name === name)?.id ?? uuidv7(),
    name: name.trim(),
    category,
    probability,
  }));
  mustDiffer(stages);
  const missing = NEEDED.find((category) => !stages.some((stage) => stage.category === category));
  if (missing)
    throw new RuleViolation("pipeline.stage-missing", `A pipeline needs a stage of the category ${missing}.`);
  mustKeepUsed(stages, before, used);
  return stages;
}

/** A stage of another pipeline stays there. */
function mustBeOwn(given: readonly GivenStage[], before: readonly Stage[]): void {
  const at = given.findIndex(({ id }) => id !== undefined && !before.some((stage) => stage.id === id.toLowerCase()));
  if (at < 0) return;
  const message = "This pipeline has no such stage: leave the id out for a new one.";
  throw new RuleViolation("pipeline.stage-unknown", message, {
    errors: [{ field: `stages.${at}.id`, code: "pipeline.stage-unknown", message }],
  });
}

function mustDiffer(stages: readonly Stage[]): void {
  const names = new Set(stages.map(({ name }) => name.toLowerCase()));
  const ids = new Set(stages.map(({ id }) => id));
  if (names.size === stages.length && ids.size === stages.length) return;
  throw new RuleViolation("pipeline.stage-twice", "Each stage of a pipeline has a name and an id of its own.");
}

/** An opportunity knows its stage by name and category: while one stands there, both stay. */
function mustKeepUsed(
  stages: readonly Stage[],
  before: readonly Stage[],
  used: Pick<ReadonlySet<string>, "has">,
): void {
  const lost = before.filter(
    ({ name, category }) =>
      used.has(name) && !stages.some((stage) => stage.name === name && stage.category === category),
  );
  if (lost.length === 0) return;
  throw new Conflict("pipeline.stage-in-use", "Opportunities stand in a stage that would go: move them first.", {
    stages: lost.map(({ name }) => name),
  });
}
