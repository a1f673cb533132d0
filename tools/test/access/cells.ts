import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ACTORS, answerTo, PLACES, type Actor, type Answer, type Place } from "./policy-model.ts";
import type { Operation } from "./recipe.ts";
import { recipeOf } from "./recipes.ts";
import { resourceOf } from "./resources.ts";
import { whyNot } from "./world.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** One request that the policy answers, about a record in one place or about none. */
export interface Cell {
  operation: Operation;
  actor: Actor;
  place: Place | null;
  expected: Answer;
}

/** A cell that cannot be asked. */
export interface Impossible {
  operation: Operation;
  actor: Actor;
  place: Place | null;
  why: string;
}

type Paths = Record<string, Record<string, unknown>>;

export const operationsOf = (paths: Paths): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
  );

export const nameOf = ({ method, path }: Operation) => `${method} ${path}`;

/** The operations that the repository says its services have, each once; the matrix compares them with the gateway's. */
export function promisedOperations(): Operation[] {
  const documents = globSync("apps/*/openapi.json", { cwd: ROOT }).map((file) =>
    readFileSync(join(ROOT, file), "utf8"),
  );
  const all = documents.flatMap((text) => operationsOf((JSON.parse(text) as { paths: Paths }).paths));
  return [...new Map(all.map((one) => [nameOf(one), one])).values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/**
 * An import is a bulk request with a permission of its own; a record is handed to a user or into the pool of a team; a
 * permission is explained by itself or about a record.
 */
export function withVariants(operations: readonly Operation[]): Operation[] {
  return operations.flatMap((one) => {
    if (one.path.endsWith("/bulk")) return [one, { ...one, path: `${one.path}/import` }];
    if (one.path === "/v1/me/permissions/explain") return [one, { ...one, path: `${one.path}/record` }];
    return one.path.endsWith("/owner") ? [one, { ...one, path: `${one.path}/pool` }] : [one];
  });
}

const isBulk = (path: string) => /\/bulk(\/import)?$/.test(path);
export const isList = ({ method, path }: Operation) =>
  resourceOf(path) !== undefined && (/\/search$/.test(path) || (method === "GET" && path.split("/").length === 3));
export const isDrillDown = ({ path }: Operation) => path === "/v1/metrics/{name}/records";

/** Everything that can be asked of an operation, and everything that cannot, with the reason. */
export function cellsOf(operation: Operation): { cells: Cell[]; impossible: Impossible[] } {
  const axis = namesRecord(operation) ? PLACES : [null, ...PLACES];
  const all = ACTORS.flatMap((actor) => axis.map((place) => ({ operation, actor, place })));
  const judged = all.map((one) => ({ ...one, why: whyImpossible(operation, one.place) }));
  const expect = ({ actor, place }: (typeof all)[number]) =>
    answerTo(actor, operation.method, operation.path, isShown(operation) ? null : place);
  return {
    cells: judged.filter(({ why }) => why === null).map((one) => ({ ...one, expected: expect(one) })),
    impossible: judged.flatMap((one) => (one.why === null ? [] : [{ ...one, why: one.why }])),
  };
}

/** Records are not named by the request, they show themselves in its answer, or do not. */
export const isShown = (operation: Operation) => isList(operation) || isDrillDown(operation);

const namesRecord = (operation: Operation) =>
  /\{id\}/.test(operation.path) ||
  (isBulk(operation.path) && resourceOf(operation.path)!.deletable) ||
  isShown(operation) ||
  recipeOf(operation)?.places !== undefined;

function whyImpossible(operation: Operation, place: Place | null): string | null {
  const { path } = operation;
  const resource = resourceOf(path);
  if (place === null) return null;
  if (!namesRecord(operation)) return "names no record, and shows none";
  const { places, why } = recipeOf(operation) ?? {};
  if (why?.[place]) return why[place];
  if (places) return places.includes(place) ? null : "is about nothing that has an owner";
  if (place === "absent" && isShown(operation)) return "what is absent stands in no list";
  const reason = resource && whyNot(resource, place);
  return reason ? `${resource.name}: a record ${reason}` : null;
}
