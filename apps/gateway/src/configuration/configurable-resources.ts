import { PERMISSIONS, type Permission } from "@kehu/auth";
import type { OpenApiDocument } from "../routing/document.ts";

/** A kind of record, and what of it a company arranges. */
export interface ConfigurableResource {
  service: string;
  /** As its path is called: `accounts`. */
  name: string;
  /** Area and concept: `customer.account`. */
  concept: string;
  read: Permission;
  takesFields: boolean;
  hasViews: boolean;
}

const LIST = /^\/v1\/([a-z-]+)$/;
const known: ReadonlySet<unknown> = new Set(PERMISSIONS);

/** What the services' documents say that can be arranged. @param documents by service */
export function configurableResources(documents: ReadonlyMap<string, OpenApiDocument>): ConfigurableResource[] {
  return [...documents].flatMap(([service, { paths }]) =>
    Object.entries(paths).flatMap(([path, { get }]) => {
      const name = LIST.exec(path)?.[1];
      const read = get?.["x-permission"];
      if (name === undefined || !known.has(read)) return [];
      const takesFields = paths[`${path}/fields`]?.["post"] !== undefined;
      const hasViews = paths[`${path}/views`]?.["post"] !== undefined;
      const concept = String(read).replace(/\.read$/, "");
      return [{ service, name, concept, read: read as Permission, takesFields, hasViews }];
    }),
  );
}
