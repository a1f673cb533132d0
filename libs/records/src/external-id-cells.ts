import { safeParse } from "secure-json-parse";

/** @returns the ids that a record has in one system, as a cell of a file: several stand in a JSON array */
export function cellOfIds(ids: readonly string[]): string {
  const [id = ""] = ids;
  return ids.length > 1 || id.startsWith("[") || id !== id.trim() ? JSON.stringify(ids) : id;
}

/** The other way round. Any other text is one id, whatever signs it has. */
export function idsIn(cell: string): readonly string[] {
  const array = cell.startsWith("[") ? (safeParse(cell) as unknown) : null;
  return Array.isArray(array) && array.every((id) => typeof id === "string") ? array : [cell];
}
