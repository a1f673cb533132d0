import { RuleViolation } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import type { GivenBack } from "./resource.ts";

/**
 * Id of a record -> id of the one above it, null at the top. It knows all who stand above a parent that is named; what
 * moves writes its own new parent into it, so that the next ones of the same request see it where it is now.
 */
export type Lineage = Map<string, string | null>;

/** Changes of parents wait for each other, or two could close a circle. @param table with the column `parent_id` */
export async function lineageOf(
  tx: Tx,
  table: string,
  items: readonly { parentId?: string | null }[],
): Promise<Lineage> {
  const parents = items.flatMap(({ parentId }) => parentId ?? []);
  if (parents.length === 0) return new Map();
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`${table}.parent_id`]);
  const rows = await tx.query<{ id: string; parent: string | null }>(
    `WITH RECURSIVE up AS (
       SELECT id, parent_id FROM ${table} WHERE id = ANY($1)
       UNION SELECT t.id, t.parent_id FROM up JOIN ${table} t ON t.id = up.parent_id
     ) SELECT id, parent_id AS parent FROM up`,
    [parents],
  );
  return new Map(rows.map(({ id, parent }) => [id, parent]));
}

/** The most levels in which records of one type stand below each other. */
const MOST_LEVELS = 10;

/**
 * Puts a record under another, in the lineage: others go by where it stands then. The last that may refuse a change.
 *
 * @param parentId undefined where it stays where it is
 * @throws RuleViolation `<type>.parent-circle`, `<type>.too-deep`
 */
export function standUnder(id: string, parentId: string | null | undefined, lineage: Lineage, type: string): void {
  if (parentId === undefined) return;
  mustFitUnder(id, parentId, lineage, type);
  lineage.set(id, parentId);
}

/** The same, without putting it there; with the same errors. */
export function mustFitUnder(id: string, parentId: string | null, lineage: Lineage, type: string): void {
  const above = upwards(lineage, parentId);
  if (above.includes(id)) throw new RuleViolation(`${type}.parent-circle`, `The ${type} cannot stand below itself.`);
  if (above.length >= MOST_LEVELS)
    throw new RuleViolation(`${type}.too-deep`, `At most ${MOST_LEVELS} ${type}s stand below each other.`);
}

/** @returns the id and those of all above it, the nearest first */
function upwards(lineage: Lineage, id: string | null): string[] {
  const met = new Set<string>();
  for (let next = id; next && !met.has(next); next = lineage.get(next) ?? null) met.add(next);
  return [...met];
}

/** The same for records that have got their parents back: it says of all of them where they are to stand. */
export async function lineageOfBack(tx: Tx, table: string, back: readonly GivenBack[]): Promise<Lineage> {
  const moved = back
    .filter(({ properties }) => properties.includes("parentId"))
    .map(({ record }) => record as unknown as { id: string; parentId: string | null });
  const lineage = await lineageOf(tx, table, moved);
  for (const { id, parentId } of moved) lineage.set(id, parentId);
  return lineage;
}
