import type { Permission, RequestContext } from "@kehu/auth";
import { createHash } from "node:crypto";
import type { Resource } from "../resource.ts";

/** The parts of a caller's context that decide what a file holds; they are kept with the job, as his token ends. */
export type StoredCaller = Pick<
  RequestContext,
  "actorType" | "actorId" | "sessionId" | "requestId" | "grants" | "fieldRules" | "place" | "language" | "timeZone"
>;

/**
 * @throws Error for a resource whose declaration names no permission to export
 * @returns the permission under which records of the resource are taken out
 */
export function exportPermission({ concept, permissions }: Pick<Resource, "concept" | "permissions">): Permission {
  if (!permissions.export) throw new Error(`${concept} has no permission to export.`);
  return permissions.export;
}

/** @returns permissions of records of other services whose names stand beside references of the resource */
export function alsoReadBy({ concept, fields }: Pick<Resource, "concept" | "fields">): Permission[] {
  const area = `${concept.split(".")[0]!}.`;
  const named = Object.values(fields).flatMap(({ target, elements }) => [
    target?.permission,
    ...(elements && "targets" in elements ? Object.values(elements.targets) : [elements?.target]).map(
      (one) => one?.permission,
    ),
  ]);
  const others = named.flatMap((one) => (one && !one.startsWith(area) ? [one as Permission] : []));
  return [...new Set(others)].sort();
}

/** What to keep of a caller: of his permissions those that show something, and that to export. */
export function storedCaller(resource: Resource, who: RequestContext): StoredCaller {
  const { actorType, actorId, sessionId, requestId, fieldRules, place, language, timeZone } = who;
  const shows = ([name]: [string, unknown]) => name.endsWith(".read") || name === resource.permissions.export;
  const grants = Object.fromEntries(Object.entries(who.grants).filter(shows).sort(byName));
  return { actorType, actorId, sessionId, requestId, grants, fieldRules, place, language, timeZone };
}

/** @returns a hash that is another one as soon as the caller reaches or sees more, less, or something else */
export function reachOf({ actorType, actorId, grants, fieldRules, place }: StoredCaller): string {
  const rules = Object.entries(fieldRules)
    .sort(byName)
    .map(([concept, fields]) => [concept, Object.entries(fields).sort(byName)]);
  const decisive = [actorType, actorId, Object.entries(grants).sort(byName), rules, place?.teamId, place?.path];
  return createHash("sha256").update(JSON.stringify(decisive)).digest("base64url");
}

/** @returns the context of the work that is done for the caller later */
export function contextOfJob(jobId: string, permission: string, caller: StoredCaller): RequestContext {
  return { ...caller, origin: "api", permission, ifMatch: null, idempotency: null, jobId };
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : Number(a > b));
