import { traceOf } from "./aftermath.ts";
import { isDrillDown, isShown, type Cell } from "./cells.ts";
import { judge, titleOf, withoutTrace } from "./judge.ts";
import { ACTORS, countedBy, PLACES, sees, type Actor } from "./policy-model.ts";
import { inParallel, prepare, send, type Prepared } from "./requests.ts";
import { RESOURCES, resourceOf, type TestResource } from "./resources.ts";
import type { World } from "./world.ts";

/** Reads and refusals: nothing in any table may be another one afterwards. */
export async function runQuiet(world: World, cells: readonly Cell[]): Promise<string[]> {
  const [first] = cells;
  if (!first) return [];
  if (isShown(first.operation)) return inParallel(actorsOf(cells), (actor) => runList(world, cells, actor));
  if (first.operation.path === "/v1/metrics/{name}") return inParallel(cells, (cell) => runMetric(world, cell));
  const refusals = new Map<Actor, Set<string>>();
  // What a request is about is made before the first is sent: nothing changes while they run but by them.
  const requests = await Promise.all(cells.map(async (cell) => ({ cell, request: await prepare(world, cell) })));
  const failures = await inParallel(requests, ({ cell, request }) => runOne(world, cell, request, refusals));
  const telling = [...refusals].filter(([, bodies]) => bodies.size > 1);
  return [
    ...failures,
    ...telling.map(([actor, bodies]) => `${actor}: tells one absence from another: ${[...bodies].join(" ")}`),
  ];
}

const actorsOf = (cells: readonly Cell[]) => ACTORS.filter((actor) => cells.some((cell) => cell.actor === actor));

async function runOne(
  world: World,
  cell: Cell,
  request: Prepared,
  refusals: Map<Actor, Set<string>>,
): Promise<string[]> {
  const { table, id } = request;
  const before = table && (await traceOf(world.system, table, id));
  const answer = await send(world, request);
  if (answer.status === 404)
    refusals.set(cell.actor, (refusals.get(cell.actor) ?? new Set()).add(withoutTrace(answer)));
  const after = table && (await traceOf(world.system, table, id));
  const isSame = JSON.stringify(after) === JSON.stringify(before);
  const shown = answer.status === 200 ? timelineFailures(world, cell, answer.body) : [];
  return [...judge(world, cell, answer), ...shown, ...(isSame ? [] : [`${titleOf(cell)}: left something behind`])];
}

type Shown = { data?: { id: string; type?: string }[] };

/** A list, search or drill-down shows exactly the records that the actor sees. */
async function runList(world: World, cells: readonly Cell[], actor: Actor): Promise<string[]> {
  const cell = cells.find((one) => one.actor === actor)!;
  const names = isDrillDown(cell.operation) ? await metricNames(world) : [""];
  const failures: string[] = [];
  for (const name of names) {
    const concept = name ? countedBy(name) : resourceOf(cell.operation.path)!.concept;
    const resource = RESOURCES.find((one) => one.concept === concept)!;
    const isRefused = name !== "" && cell.expected === "done" && !mayRead(actor, concept);
    const asked = { ...cell, place: null, expected: isRefused ? ("not allowed" as const) : cell.expected };
    const answer = await send(world, await prepare(world, asked, { name }));
    failures.push(...judge(world, asked, answer).map((text) => `${text} ${name}`));
    if (asked.expected !== "done") continue;
    const isEmpty = /^(won|lost|win|sales-cycle)-/.test(name);
    const found = (answer.body as Shown).data?.map(({ id }) => id) ?? [];
    failures.push(
      ...setFailures(world, resource, actor, found, isEmpty).map((text) => `${titleOf(asked)} ${name}: ${text}`),
    );
  }
  return failures;
}

function setFailures(world: World, resource: TestResource, actor: Actor, found: string[], isEmpty: boolean): string[] {
  const places = found.map((id) => world.placeOf(resource, id));
  const expected = isEmpty
    ? []
    : PLACES.filter(
        (place) => place !== "deleted" && world.has(resource.name, place) && sees(actor, resource.concept, place),
      );
  const missing = expected.filter((place) => !places.includes(place)).map((place) => `lacks ${place}`);
  const tooMuch = places.filter((place) => place && !expected.includes(place)).map((place) => `shows ${place!}`);
  const unknown = resource.owned && places.includes(undefined) ? ["shows what nobody planted"] : [];
  return [...missing, ...tooMuch, ...unknown];
}

const mayRead = (actor: Actor, concept: string) => PLACES.some((place) => sees(actor, concept, place));

/** Each number counts what the actor sees, and only that. */
async function runMetric(world: World, cell: Cell): Promise<string[]> {
  const failures: string[] = [];
  for (const name of await metricNames(world)) {
    const concept = countedBy(name);
    const isRefused = cell.expected === "done" && !mayRead(cell.actor, concept);
    const asked = { ...cell, expected: isRefused ? ("not allowed" as const) : cell.expected };
    const answer = await send(world, await prepare(world, asked, { name }));
    failures.push(...judge(world, asked, answer).map((text) => `${text} ${name}`));
    if (
      asked.expected !== "done" ||
      !/^(account|contact|interaction|task|ticket|lead|campaign-member|open-pipeline)-count$/.test(name)
    )
      continue;
    const resource = RESOURCES.find((one) => one.concept === concept)!;
    const seen = PLACES.filter(
      (place) => place !== "deleted" && world.has(resource.name, place) && sees(cell.actor, concept, place),
    ).length;
    if (answer.body["total"] !== seen)
      failures.push(`${titleOf(cell)} ${name}: counts ${String(answer.body["total"])} instead of ${seen}`);
  }
  return failures;
}

async function metricNames(world: World): Promise<string[]> {
  const { data } = await world.admin("GET", "/v1/metrics");
  return (data as { name: string }[]).map(({ name }) => name);
}

/** The timeline of the owner's account and contact has the interactions and tasks that the actor sees. */
function timelineFailures(world: World, cell: Cell, body: Shown & Record<string, unknown>): string[] {
  if (!cell.operation.path.endsWith("/timeline") || cell.place !== "mine") return [];
  return ["interaction", "task"].flatMap((type) => {
    const resource = RESOURCES.find(({ name }) => name === `${type}s`)!;
    const found = (body.data ?? []).filter((entry) => entry.type === type).map(({ id }) => id);
    return setFailures(world, resource, cell.actor, found, false).map((text) => `${titleOf(cell)} ${type}s: ${text}`);
  });
}
