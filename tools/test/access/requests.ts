import { isDrillDown, isShown, nameOf, type Cell } from "./cells.ts";
import type { Actor } from "./policy-model.ts";
import type { Operation } from "./recipe.ts";
import { recipeOf } from "./recipes.ts";
import { resourceOf } from "./resources.ts";
import type { Answered } from "./system.ts";
import type { World } from "./world.ts";

/** One request, ready to be sent. */
export interface Prepared {
  actor: Actor;
  method: string;
  path: string;
  token: string | undefined;
  body: object | undefined;
  /** The row that it is about, or would be, and its table; undefined where it is about none. */
  table: string | undefined;
  id: string;
}

/**
 * @param fresh id of a record that the request may change; without it the planted one stands in the path
 * @param name of the metric, where the path has one
 */
export async function prepare(world: World, cell: Cell, { fresh = "", name = "" } = {}): Promise<Prepared> {
  const { operation, actor, place } = cell;
  const recipe = recipeOf(operation);
  if (!recipe) throw new Error(`There is no recipe for ${nameOf(operation)}.`);
  const resource = resourceOf(operation.path);
  const planted = () => (resource && place !== null && !recipe.subject ? world.id(resource, place) : "");
  const id =
    fresh || (recipe.subject && place !== null ? await recipe.subject(world, actor, place, operation.path) : planted());
  const path = operation.path
    .replace(/\{(id|token|file)\}/, id)
    .replace("{name}", name || id)
    .replace("{type}/{collaboratorId}", `user/${world.people.get("read-only").id}`)
    .replace(/\/bulk\/import$/, "/bulk")
    .replace(/\/owner\/pool$/, "/owner")
    .replace("{handoverId}", world.handover)
    .replace(/\/explain\/record$/, "/explain");
  const subject = { world, actor, place, id };
  return {
    actor,
    method: operation.method,
    path:
      operation.method === "GET" && isShown(operation)
        ? path + queryOf(operation)
        : path + (recipe.query?.(subject) ?? ""),
    token:
      recipe.token && actor !== "anonymous" && actor !== "narrow key"
        ? await recipe.token(world, actor)
        : world.people.token(actor),
    body: await recipe.body?.(subject),
    table: recipe.table?.(operation.path) ?? resource?.table,
    id,
  };
}

/** An id, or the number of a sequence. */
const NAMES_RECORD = /\/([0-9a-f-]{36}|\d+)(\/|$|\?)/;

/** All on one page; what counts counts as well. */
const queryOf = (operation: Operation) => (isDrillDown(operation) ? "?limit=200" : "?limit=200&count=exact");

export async function send(world: World, { actor, method, path, token, body }: Prepared): Promise<Answered> {
  const answer = await world.system.ask(method, path, token, body);
  const { status, requestId } = answer;
  if ([401, 403].includes(status) || (status === 404 && NAMES_RECORD.test(path)))
    world.refusals.push({ requestId, actor, what: `${method} ${path} ${status}` });
  return answer;
}

/** Does work for all items, a few at a time. @returns what is wrong, of all */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<string[]>): Promise<string[]> {
  const rest = items[Symbol.iterator]();
  const found: string[] = [];
  const worker = async () => {
    for (const item of rest) found.push(...(await work(item)));
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return found;
}
