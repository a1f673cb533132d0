import { Forbidden } from "@kehu/contracts";
import type { RequestContext } from "./request-context.ts";

/** Adds a value to the statement that is being built and returns its placeholder (`$3`). */
export type Bind = (value: unknown) => string;

/**
 * The rows that a caller may reach under a permission, as a condition on the owner's place now. The one query layer and
 * `change()` put it around everything else as the outermost AND; there is no other place that decides about rows.
 *
 * @param alias alias of the table in the statement; it has a column `owner_id`
 * @returns a condition in SQL
 * @throws Forbidden when the caller holds no such permission
 */
export function rowScope(who: RequestContext, permission: string, alias: string, bind: Bind): string {
  if (who.actorType === "system") return "true";
  const scope = who.grants[permission];
  if (scope === undefined) throw new Forbidden("permission.denied", `This needs the permission ${permission}.`);
  if (scope === "all") return "true";
  const own = `${alias}.owner_id = ${bind(who.actorId)}`;
  if (scope === "own" || who.place === null) return own;
  const colleague =
    scope === "team"
      ? `colleague.team_id = ${bind(who.place.teamId)}`
      : `colleague.team_path <@ ${bind(who.place.path)}::ltree`;
  return `(${own} OR ${alias}.owner_id IN (SELECT colleague.id FROM user_copy colleague WHERE ${colleague}))`;
}
