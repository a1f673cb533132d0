import { historyOf, traceOf } from "./aftermath.ts";
import type { Cell } from "./cells.ts";
import { judge, titleOf } from "./judge.ts";
import { recipeOf } from "./recipes.ts";
import { inParallel, prepare, send } from "./requests.ts";
import { resourceOf } from "./resources.ts";
import type { World } from "./world.ts";

/** Writes that the policy allows: each to a record of its own, which is another one afterwards, and says by whom. */
export async function runChanging(world: World, cells: readonly Cell[]): Promise<string[]> {
  const [first] = cells;
  if (!first) return [];
  const { operation } = first;
  const resource = resourceOf(operation.path);
  const recipe = recipeOf(operation)!;
  const isAbout = resource && first.place !== null && !recipe.subject;
  const places = cells.map(({ place }) => place!);
  const ids = isAbout ? await world.fresh(resource, places, recipe.given ?? {}) : [];
  const { ready } = recipe;
  if (ready) await Promise.all(ids.map((id) => ready(world, id)));
  return inParallel([...cells.entries()], ([index, cell]) => runOne(world, cell, ids[index]));
}

async function runOne(world: World, cell: Cell, fresh: string | undefined): Promise<string[]> {
  const request = await prepare(world, cell, { fresh });
  const { table, id } = request;
  const before = table && id ? await traceOf(world.system, table, id) : undefined;
  const answer = await send(world, request);
  const failures = judge(world, cell, answer);
  if (failures.length || !table || !before || !fresh) return failures;
  const { leaves } = recipeOf(cell.operation)!;
  if (leaves === "all" || leaves?.includes(cell.place!)) return failures;
  const after = await traceOf(world.system, table, id);
  const { entries, by } = await historyOf(world.system, table, id);
  if (after.row === before.row || entries === 0) failures.push(`${titleOf(cell)}: changed nothing`);
  if (by !== world.people.get(cell.actor).id) failures.push(`${titleOf(cell)}: the history names another`);
  return failures;
}
