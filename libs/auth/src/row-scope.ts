import { Forbidden, type Collaborator } from "@kehu/contracts";
import { isOwnerless, isPrivate, isShownByOwner, type Permission } from "./permissions.ts";
import type { Place, RequestContext, Scope } from "./request-context.ts";

/** Adds a value to the statement that is being built and returns its placeholder (`$3`). */
export type Bind = (value: unknown) => string;

/** Verbs that reach what is shared with the caller to read; the others need that it is shared to write, or more. */
const READING = /\.(read|export|reveal)$/;
/** Verbs for which sharing does not count: they are the owner's, and of those whom their scope lets act like him. */
const HOLDING = /\.(delete|erase|import)$/;

/**
 * The rows that a caller may reach under a permission, as a condition: by their owner's place now, by the pool in which
 * they lie while nobody owns them, or because they are shared with him. The one query layer and `change()` put it around
 * everything else as the outermost AND; there is no other place that decides about rows.
 *
 * @param alias alias of the table in the statement; where people own its rows it has the columns `owner_id`, `team_id`
 *   and `collaborators`; where their owners show them to others, `owner_id` and `visibility`
 * @param options.asHolder leave out what is only shared with him
 * @returns a condition in SQL, in brackets or a single term
 * @throws Forbidden when the caller holds no such permission
 */
export function rowScope(
  who: RequestContext,
  permission: Permission | (string & {}),
  alias: string,
  bind: Bind,
  options: { asHolder?: boolean } = {},
): string {
  if (who.actorType === "system") return "true";
  if (isShownByOwner(permission)) return shownByOwner(who, alias, bind, options);
  const scope = who.grants[permission];
  if (scope === undefined) throw new Forbidden("permission.denied", `This needs the permission ${permission}.`);
  if (scope === "all") return "true";
  // A narrower scope says nothing of what has no owner.
  if (isOwnerless(permission) && !isPrivate(permission)) return "false";
  const own = `${alias}.owner_id = ${bindOnce(bind, who.actorId)}`;
  if (isPrivate(permission)) return own;
  const reached = [
    own,
    ...(who.place ? ofTeams(scope, who.place, alias, bind) : []),
    ...(options.asHolder || HOLDING.test(permission) ? [] : [shared(who, permission, alias, bind)]),
  ];
  return `(${reached.join(" OR ")})`;
}

/**
 * What colleagues own, and what lies in the pools of their teams. Each record's owner is looked up by his id: given a set of
 * all colleagues, the server would read it for every statement, and a company may have ten thousand of them. The look-up says
 * yes or no, which the server takes to be as likely as not: of a comparison with what is looked up it would think that it
 * hardly ever holds, and collect and sort all that a filter finds instead of reading along the order of the list.
 */
function ofTeams(scope: Exclude<Scope, "all">, { teamId, path }: Place, alias: string, bind: Bind): string[] {
  if (scope === "own") return [];
  const pooled = `${alias}.owner_id IS NULL AND`;
  const isOwned = (condition: string) => `(SELECT o.${condition} FROM user_copy o WHERE o.id = ${alias}.owner_id)`;
  if (scope === "team") {
    const team = bindOnce(bind, teamId);
    return [isOwned(`team_id = ${team}`), `(${pooled} ${alias}.team_id = ${team})`];
  }
  const below = `<@ ${bindOnce(bind, path)}::ltree`;
  return [
    isOwned(`team_path ${below}`),
    `(${pooled} (SELECT p.path ${below} FROM team_copy p WHERE p.id = ${alias}.team_id))`,
  ];
}

/** What is his own, and what its owner shows to everyone or to the team that both of them are in now. */
function shownByOwner(who: RequestContext, alias: string, bind: Bind, options: { asHolder?: boolean }): string {
  const own = `${alias}.owner_id = ${bindOnce(bind, who.actorId)}`;
  if (options.asHolder) return own;
  const team = who.place
    ? ` OR (${alias}.visibility = 'team' AND (SELECT o.team_id = ${bindOnce(bind, who.place.teamId)} FROM user_copy o WHERE o.id = ${alias}.owner_id))`
    : "";
  return `(${own} OR ${alias}.visibility = 'everyone'${team})`;
}

/** What is shared with the caller, or with his team or one above it. */
function shared({ actorId, place }: RequestContext, permission: string, alias: string, bind: Bind): string {
  const access = READING.test(permission) ? {} : { access: "write" };
  const wanted = [actorId, ...(place ? teamsOf(place) : [])].map((id) => JSON.stringify([{ id, ...access }]));
  // The first part is what the partial index has, and spares most rows the second, and the server the reading of it.
  return `(${alias}.collaborators <> '[]' AND ${alias}.collaborators @> ANY((${bindOnce(bind, wanted)}::text[])::jsonb[]))`;
}

/** A row that people own, with the places of its owner and of its pool as they are now. */
export interface PlacedRow {
  ownerId: string | null;
  ownerTeamId: string | null;
  ownerTeamPath: string | null;
  teamId: string | null;
  /** Of the pool. */
  teamPath: string | null;
  collaborators: readonly Collaborator[];
}

/**
 * The same as `rowScope` for a row at hand, where many callers look at the same rows and a statement for each would be too
 * much. A test holds the two together.
 *
 * @param row with the places of its owner and its pool now; ids in small letters
 * @returns whether the caller reaches the row under the permission; false without it
 */
export function isWithinScope(who: RequestContext, permission: Permission, row: PlacedRow): boolean {
  if (who.actorType === "system") return true;
  const scope = who.grants[permission];
  if (scope === undefined || scope === "all") return scope === "all";
  if (isOwnerless(permission) && !isPrivate(permission)) return false;
  if (row.ownerId === who.actorId) return true;
  if (isPrivate(permission)) return false;
  return isOfTeams(scope, who.place, row) || (!HOLDING.test(permission) && isShared(who, permission, row));
}

function isOfTeams(scope: Exclude<Scope, "all">, place: Place | null, row: PlacedRow): boolean {
  if (scope === "own" || !place) return false;
  const isPooled = row.ownerId === null;
  if (scope === "team") return (isPooled ? row.teamId : row.ownerTeamId) === place.teamId;
  const path = isPooled ? row.teamPath : row.ownerTeamPath;
  return path !== null && (path === place.path || path.startsWith(`${place.path}.`));
}

function isShared({ actorId, place }: RequestContext, permission: string, { collaborators }: PlacedRow): boolean {
  if (collaborators.length === 0) return false;
  const wanted = [actorId, ...(place ? teamsOf(place) : [])];
  const isReading = READING.test(permission);
  return collaborators.some(({ id, access }) => wanted.includes(id) && (isReading || access === "write"));
}

const boundOnce = new WeakMap<Bind, Map<string, string>>();

/** Binds a value of the caller once in a statement, however many scopes are in it: each costs the server some time. */
function bindOnce(bind: Bind, value: string | readonly string[]): string {
  const bound = boundOnce.get(bind) ?? new Map<string, string>();
  boundOnce.set(bind, bound);
  const key = typeof value === "string" ? value : JSON.stringify(value);
  const placeholder = bound.get(key) ?? bind(value);
  bound.set(key, placeholder);
  return placeholder;
}

const teams = new WeakMap<Place, string[]>();

/** The ids of a team and of those above it: the labels of its path without hyphens. A request asks several times. */
function teamsOf(place: Place): string[] {
  const known = teams.get(place);
  if (known) return known;
  const label = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;
  const above = place.path.split(".").map((one) => one.replace(label, "$1-$2-$3-$4-$5"));
  const ids = [...new Set([place.teamId, ...above])];
  teams.set(place, ids);
  return ids;
}
