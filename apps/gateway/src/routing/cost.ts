import type { Method, OpenApiOperation } from "./document.ts";

/** What an operation takes of its caller's rate. */
export interface Priced {
  readonly cost: number;
  /** Counts all records where it is asked to (`count=`), which costs as much again. */
  readonly counts: boolean;
}

const DEAREST = 1_000;

/** By method and path; the first that fits counts. The table stands in README.md, too. */
const KINDS: readonly (readonly [cost: number, pattern: RegExp])[] = [
  [1_000, /^(GET|POST) .*[/-]export$/],
  [100, /^POST \/v1\/operations\/[^/]+\/(rebuild|snapshots|retention|purge|person-keys\/rewrap)$/],
  [50, /^POST .*\/bulk$/],
  [20, /^GET (\/v1\/metrics\/.|.*\/(aggregate|orphans)$)/],
  [10, /^POST .*\/search$/],
  [10, /^GET .*\/timeline$/],
  [5, /^GET .*\/history$/],
];
const LIST = 5;
const WRITE = 2;

/**
 * What the operation declares (`x-cost`), else what its kind costs.
 *
 * @param path as OpenAPI writes it
 * @param refuse told of an `x-cost` that is none
 */
export function pricedOf(
  method: Method,
  path: string,
  operation: OpenApiOperation,
  refuse: (why: string) => void,
): Priced {
  const names = (operation.parameters ?? []).map(({ name }) => name);
  const declared = operation["x-cost"];
  const counts = names.includes("count");
  if (isCost(declared)) return { cost: declared, counts };
  if (declared !== undefined) refuse(`has an x-cost that is no whole number from 1 to ${DEAREST}`);
  const kind = KINDS.find(([, pattern]) => pattern.test(`${method} ${path}`))?.[0];
  const other = method === "GET" ? (names.includes("cursor") ? LIST : 1) : WRITE;
  return { cost: kind ?? other, counts };
}

/** The cost of one request. */
export function costOf({ cost, counts }: Priced, url: string): number {
  return counts && /[?&]count=/.test(url) ? 2 * cost : cost;
}

const isCost = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= DEAREST;
