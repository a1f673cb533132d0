import { PERMISSIONS, type Permission } from "@kehu/auth";
import type { OpenApiDocument } from "./document.ts";

/** A kind of record that `q` finds, as the document of its service tells. */
export interface SearchableKind {
  service: string;
  /** Last part of its path: `accounts`. */
  name: string;
  read: Permission;
  /** The fields that a record is called by. */
  calledBy: readonly string[];
}

/** `/v1/accounts`, the list. */
const LIST = /^\/v1\/([a-z-]+)$/;
const FIELD = /^[A-Za-z]{1,50}$/;
const known: ReadonlySet<unknown> = new Set(PERMISSIONS);

/** The kinds of records of all services that `q` finds. @param documents by service */
export function searchableKinds(documents: ReadonlyMap<string, OpenApiDocument>): SearchableKind[] {
  return [...documents].flatMap(([service, { paths }]) =>
    Object.entries(paths).flatMap(([path, { get }]) => {
      const name = LIST.exec(path)?.[1];
      const read = get?.["x-permission"];
      const calledBy = get?.["x-called-by"];
      if (name === undefined || !known.has(read) || !areFields(calledBy)) return [];
      return [{ service, name, read: read as Permission, calledBy }];
    }),
  );
}

const areFields = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((field) => typeof field === "string" && FIELD.test(field));
