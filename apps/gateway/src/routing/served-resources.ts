import { PERMISSIONS, type Permission } from "@kehu/auth";
import type { OpenApiDocument } from "./document.ts";

/** A kind of record that a service has, as its document tells. */
export interface ServedResource {
  service: string;
  /** Last part of its path: `accounts`. */
  name: string;
  read: Permission;
  /** Whether people own its records. */
  owned: boolean;
}

/** `/v1/accounts/{id}`, with which a record is read. */
const RECORD = /^\/v1\/([a-z-]+)\/\{id\}$/;
const known: ReadonlySet<unknown> = new Set(PERMISSIONS);

/** The resources of all services. @param documents by service */
export function servedResources(documents: ReadonlyMap<string, OpenApiDocument>): ServedResource[] {
  return [...documents].flatMap(([service, { paths }]) =>
    Object.entries(paths).flatMap(([path, { get }]) => {
      const name = RECORD.exec(path)?.[1];
      const read = get?.["x-permission"];
      if (name === undefined || !known.has(read)) return [];
      return [{ service, name, read: read as Permission, owned: paths[`${path}/owner`]?.["post"] !== undefined }];
    }),
  );
}
