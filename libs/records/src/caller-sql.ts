import type { Bind, RequestContext } from "@kehu/auth";
import type { Resource } from "./resource.ts";

/** Collects the values of a statement. */
export class Values {
  readonly list: unknown[];
  readonly bind: Bind = (value) => `$${this.list.push(value)}`;

  /** @param first values that are bound already, from `$1` on */
  constructor(first: readonly unknown[] = []) {
    this.list = [...first];
  }
}

/** Parts of statements, with the values that stand in them. */
interface Part<T> {
  caller: Pick<RequestContext, "actorType" | "actorId" | "place" | "fieldRules">;
  sql: T;
  values: readonly unknown[];
}

/** By the permissions of a caller, which a token brings once for all of its requests; then by resource and use. */
const known = new WeakMap<RequestContext["grants"], Map<Pick<Resource, "table">, Map<string, Part<unknown>>>>();

/** One text for all callers who see and reach alike. */
const texts = new Map<string, string>();

/**
 * The parts of a statement that depend on the caller and the resource alone. They are made once per caller, as making
 * them takes longer than all else that a service does to read a record.
 *
 * @param use what they are for; what is made under one name must depend on nothing else
 * @param make binds the caller's values and returns SQL by name
 * @returns the parts, and the values of the statement, of which theirs are the first
 */
export function partsFor<T extends Readonly<Record<string, string>>>(
  who: RequestContext,
  resource: Pick<Resource, "table">,
  use: string,
  make: (bind: Bind) => T,
): { sql: T; values: Values } {
  const ofCaller = known.get(who.grants) ?? new Map<Pick<Resource, "table">, Map<string, Part<unknown>>>();
  const ofResource = ofCaller.get(resource) ?? new Map<string, Part<unknown>>();
  let part = ofResource.get(use) as Part<T> | undefined;
  if (!part || !isOf(part, who)) {
    part = makePart(who, make);
    known.set(who.grants, ofCaller.set(resource, ofResource.set(use, part)));
  }
  return { sql: part.sql, values: new Values(part.values) };
}

function makePart<T extends Readonly<Record<string, string>>>(
  { actorType, actorId, place, fieldRules }: RequestContext,
  make: (bind: Bind) => T,
): Part<T> {
  const values = new Values();
  const sql = Object.fromEntries(Object.entries(make(values.bind)).map(([name, text]) => [name, interned(text)])) as T;
  return { caller: { actorType, actorId, place, fieldRules }, sql, values: values.list };
}

/** Two callers may stand behind one set of permissions where they come from no token. */
function isOf({ caller }: Part<unknown>, who: RequestContext): boolean {
  return (
    caller.actorId === who.actorId &&
    caller.actorType === who.actorType &&
    caller.place === who.place &&
    caller.fieldRules === who.fieldRules
  );
}

function interned(text: string): string {
  const there = texts.get(text);
  if (there !== undefined) return there;
  texts.set(text, text);
  return text;
}
