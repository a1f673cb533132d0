import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Generated documents by path. */
export type Documents = Readonly<Record<string, object>>;

/** @returns paths of documents that are missing or differ from what the code says */
export function staleDocuments(root: string, documents: Documents): string[] {
  return Object.entries(documents)
    .filter(([path, document]) => {
      const file = join(root, path);
      if (!existsSync(file)) return true;
      return readFileSync(file, "utf8") !== textOf(document);
    })
    .map(([path]) => path);
}

/** A generated document as it stands in its file. */
export const textOf = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;
