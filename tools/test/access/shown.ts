import { isDrillDown, type Cell } from "./cells.ts";
import { judge, titleOf } from "./judge.ts";
import { ACTORS, PLACES, sees, type Actor, type Place } from "./policy-model.ts";
import { countedBy } from "./policy-words.ts";
import { inParallel, prepare, send } from "./requests.ts";
import { RESOURCES, resourceOf, type TestResource } from "./resources.ts";
import type { Answered } from "./system.ts";
import type { World } from "./world.ts";

interface Listed {
  data?: { id: string; type?: string }[];
  page?: { total?: number };
}

/** Of these metrics no planted record is a part: no deal among them is closed. */
const OF_CLOSED = /^(won|lost|win|sales-cycle)-/;
/** These count every planted record of their resource. */
const OF_ALL = /^(account|contact|interaction|task|ticket|lead|campaign-member|open-pipeline)-count$/;

/** A list, search or drill-down shows and counts the records that the actor sees, and no others. */
export function runLists(world: World, cells: readonly Cell[]): Promise<string[]> {
  const oneEach = ACTORS.flatMap((actor) => cells.find((cell) => cell.actor === actor) ?? []);
  return inParallel(oneEach, async (cell) => {
    if (isDrillDown(cell.operation)) return ofEachMetric(world, { ...cell, place: null }, drillDownFaults);
    const asked = { ...cell, place: null };
    const answer = await send(world, await prepare(world, asked));
    const faults = judge(world, asked, answer);
    if (asked.expected !== "done") return faults;
    return [...faults, ...listFaults(world, asked, resourceOf(cell.operation.path)!, answer)];
  });
}

/** Each number counts what the actor sees, and no more. */
export function runMetrics(world: World, cells: readonly Cell[]): Promise<string[]> {
  return inParallel(cells, (cell) => ofEachMetric(world, cell, numberFaults));
}

/** The timeline of the owner's account or contact has the interactions and tasks that the actor sees. */
export function timelineFaults(world: World, cell: Cell, { status, body }: Answered): string[] {
  if (!cell.operation.path.endsWith("/timeline") || cell.place !== "mine" || status !== 200) return [];
  return ["interaction", "task"].flatMap((type) => {
    const resource = RESOURCES.find(({ name }) => name === `${type}s`)!;
    const found = (body as Listed).data!.filter((entry) => entry.type === type);
    return faultsOf(world, resource, found, seenPlaces(world, resource, cell.actor)).map((what) =>
      say(cell, type, what),
    );
  });
}

type Faults = (world: World, cell: Cell, metric: string, answer: Answered) => string[];

async function ofEachMetric(world: World, cell: Cell, faults: Faults): Promise<string[]> {
  const { data } = await world.admin("GET", "/v1/metrics");
  const found: string[] = [];
  for (const { name } of data as { name: string }[]) {
    // A metric takes the scope of what it counts: without that permission there is no number.
    const isRefused = cell.expected === "done" && !PLACES.some((place) => sees(cell.actor, countedBy(name), place));
    const asked: Cell = isRefused ? { ...cell, expected: "not allowed" } : cell;
    const answer = await send(world, await prepare(world, asked, { name }));
    found.push(...judge(world, asked, answer).map((what) => `${what} (${name})`));
    if (asked.expected === "done") found.push(...faults(world, asked, name, answer));
  }
  return found;
}

function numberFaults(world: World, cell: Cell, metric: string, { body }: Answered): string[] {
  if (!OF_ALL.test(metric)) return [];
  const seen = seenPlaces(world, countedResource(metric), cell.actor).length;
  return body["total"] === seen ? [] : [say(cell, metric, `counts ${String(body["total"])} instead of ${seen}`)];
}

function drillDownFaults(world: World, cell: Cell, metric: string, { body }: Answered): string[] {
  const resource = countedResource(metric);
  const expected = OF_CLOSED.test(metric) ? [] : seenPlaces(world, resource, cell.actor);
  return faultsOf(world, resource, (body as Listed).data!, expected).map((what) => say(cell, metric, what));
}

function listFaults(world: World, cell: Cell, resource: TestResource, { body }: Answered): string[] {
  const { data, page } = body as Listed;
  const faults = faultsOf(world, resource, data!, seenPlaces(world, resource, cell.actor));
  if (page?.total !== undefined && page.total !== data!.length) faults.push(`counts ${page.total}`);
  return faults.map((what) => say(cell, resource.name, what));
}

function faultsOf(
  world: World,
  resource: TestResource,
  found: readonly { id: string }[],
  expected: readonly Place[],
): string[] {
  const places = found.map(({ id }) => world.placeOf(resource, id));
  const missing = expected.filter((place) => !places.includes(place)).map((place) => `lacks ${place}`);
  const tooMuch = places.filter((place) => place && !expected.includes(place)).map((place) => `shows ${place!}`);
  // Users, teams and the like are there without the matrix, too.
  const unknown = resource.owned && places.includes(undefined) ? ["shows what nobody planted"] : [];
  return [...missing, ...tooMuch, ...unknown];
}

/** Where there are records that the actor may come upon. */
function seenPlaces(world: World, { name, concept }: TestResource, actor: Actor): Place[] {
  return PLACES.filter((place) => place !== "deleted" && world.has(name, place) && sees(actor, concept, place));
}

const countedResource = (metric: string) => RESOURCES.find(({ concept }) => concept === countedBy(metric))!;

const say = (cell: Cell, of: string, what: string) => `${titleOf(cell)} (${of}): ${what}`;
