import { traceOf } from "./aftermath.ts";
import { isShown, type Cell } from "./cells.ts";
import { judge, titleOf, withoutTrace } from "./judge.ts";
import type { Actor } from "./policy-model.ts";
import { inParallel, prepare, send, type Prepared } from "./requests.ts";
import { runLists, runMetrics, timelineFaults } from "./shown.ts";
import type { World } from "./world.ts";

/** Reads and refusals: nothing in any table may be another one afterwards. */
export async function runQuiet(world: World, cells: readonly Cell[]): Promise<string[]> {
  const [first] = cells;
  if (!first) return [];
  if (isShown(first.operation)) return runLists(world, cells);
  if (first.operation.path === "/v1/metrics/{name}") return runMetrics(world, cells);
  const absences = new Map<Actor, Set<string>>();
  // What a request is about is made before the first is sent: nothing changes while they run but by them.
  const requests = await Promise.all(cells.map(async (cell) => ({ cell, request: await prepare(world, cell) })));
  const failures = await inParallel(requests, ({ cell, request }) => runOne(world, cell, request, absences));
  const telling = [...absences].filter(([, bodies]) => bodies.size > 1);
  return [
    ...failures,
    ...telling.map(([actor, bodies]) => `${actor}: tells one absence from another: ${[...bodies].join(" ")}`),
  ];
}

async function runOne(
  world: World,
  cell: Cell,
  request: Prepared,
  absences: Map<Actor, Set<string>>,
): Promise<string[]> {
  const { table, id } = request;
  const before = table && (await traceOf(world.system, table, id));
  const answer = await send(world, request);
  if (answer.status === 404)
    absences.set(cell.actor, (absences.get(cell.actor) ?? new Set()).add(withoutTrace(answer)));
  const after = table && (await traceOf(world.system, table, id));
  const isSame = JSON.stringify(after) === JSON.stringify(before);
  return [
    ...judge(world, cell, answer),
    ...timelineFaults(world, cell, answer),
    ...(isSame ? [] : [`${titleOf(cell)}: left something behind`]),
  ];
}
