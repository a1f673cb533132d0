import type { FieldRules, RequestContext, Scope } from "@kehu/auth";
import { Forbidden, Malformed } from "@kehu/contracts";
import { filterParameters, parsePaging } from "@kehu/records";
import { createHash } from "node:crypto";
import { closedTo } from "../roles/field-rules.ts";
import { KIND_NAMES, KINDS, type Kind } from "./kinds.ts";

/** Records of a page, where the caller says nothing. */
const MOST = 200;

/** Who follows what, as far as he may now. */
export interface Follower {
  who: RequestContext;
  /** By concept. */
  kinds: ReadonlyMap<string, Kind>;
  closed: FieldRules;
  /** Another whenever his permissions to read, his place, or what is hidden from him change: what he keeps fits no more. */
  reach: string;
}

/**
 * @param named the kinds that he names; null for all that he may read
 * @throws Malformed, or Forbidden for a kind that he may not read
 */
export function followerOf(who: RequestContext, named: readonly string[] | null): Follower {
  const kinds = KINDS.filter(({ name, read }) => (named ? named.includes(name) : Object.hasOwn(who.grants, read)));
  const refused = kinds.find(({ read }) => !Object.hasOwn(who.grants, read));
  if (refused) throw new Forbidden("permission.denied", `This needs the permission ${refused.read}.`);
  const closed = closedTo(who);
  return { who, kinds: new Map(kinds.map((kind) => [kind.concept, kind])), closed, reach: reachOf(who, kinds, closed) };
}

/** What somebody wants to follow. */
export interface Asked {
  /** A token; null for from now on. */
  since: string | null;
  /** Null for all that he may read. */
  named: string[] | null;
  limit: number;
}

/** Reads `since=<token>&kinds=accounts,contacts&limit=200`. @throws Malformed naming the parameter */
export function parseAsked(query: Readonly<Record<string, unknown>>): Asked {
  const { since = null, kinds, limit = String(MOST) } = filterParameters({}, query, ["since", "kinds", "limit"]).plain;
  return { since, named: kinds === undefined ? null : namesIn(kinds), limit: parsePaging({ limit }).limit };
}

function namesIn(kinds: string): string[] {
  const names = kinds.split(",");
  if (names.every((name) => KIND_NAMES.includes(name))) return [...new Set(names)].sort();
  throw new Malformed("query.invalid", "kinds: names of resources with commas between are expected.", {
    allowed: KIND_NAMES,
  });
}

function reachOf({ grants, place }: RequestContext, kinds: readonly Kind[], closed: FieldRules): string {
  const scopes = kinds.map(({ read }) => [read, grants[read]!] as [string, Scope]);
  const hidden = kinds.map(({ concept }) =>
    Object.entries(closed[concept] ?? {}).filter(([, how]) => how === "hidden"),
  );
  // Where everything is within reach it does not matter from where.
  const from = scopes.every(([, scope]) => scope === "all") ? null : place;
  const parts = [scopes, hidden.map((fields) => fields.map(([name]) => name).sort()), from?.teamId, from?.path];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 16);
}
