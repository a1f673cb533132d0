import { PERMISSIONS, type Access, type Permission } from "@kehu/auth";
import { pricedOf, type Priced } from "./cost.ts";
import { METHODS, type Method, type OpenApiDocument, type OpenApiOperation } from "./document.ts";

/** One operation of one service. */
export interface Operation extends Priced {
  service: string;
  method: Method;
  /** As find-my-way reads it (`/v1/accounts/:id`). */
  path: string;
  access: Access;
  /** Takes multipart/form-data. */
  upload: boolean;
}

const known: ReadonlySet<unknown> = new Set(PERMISSIONS);
/** Between gateway and service only; of freshness the gateway gives the sum itself. */
const NOT_ROUTED = /^\/(health|internal)\/|^\/v1\/freshness$/;
const PATH = /^\/v1(\/([A-Za-z0-9._-]+|\{[A-Za-z]+\}))+$/;

/**
 * Reads a service's document.
 *
 * @returns undefined where the text is no OpenAPI document
 */
export function parseDocument(text: string): OpenApiDocument | undefined {
  try {
    const document = JSON.parse(text) as Partial<OpenApiDocument> | null;
    return typeof document?.paths === "object" ? (document as OpenApiDocument) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The operations of a document. What declares no permission that we know is refused: it is not in the result.
 *
 * @param refuse told of each operation of which something is refused, and why
 */
export function operationsOf(
  service: string,
  document: OpenApiDocument,
  refuse: (what: string, why: string) => void,
): Operation[] {
  const result: Operation[] = [];
  for (const [path, item] of Object.entries(document.paths)) {
    if (NOT_ROUTED.test(path)) continue;
    for (const method of METHODS) {
      const operation = item[method.toLowerCase()];
      if (!operation) continue;
      const access = accessOf(operation);
      const name = `${method} ${path}`;
      if (!PATH.test(path)) refuse(name, "has a path that the gateway does not serve");
      else if (!access) refuse(name, "declares no permission that is known");
      else
        result.push({
          service,
          method,
          path: path.replace(/\{(\w+)\}/g, ":$1"),
          access,
          upload: isUpload(operation),
          ...pricedOf(method, path, operation, (why) => refuse(name, why)),
        });
    }
  }
  return result;
}

function accessOf(operation: OpenApiOperation): Access | undefined {
  const permission = operation["x-permission"];
  const alsoReads = operation["x-also-reads"] ?? [];
  if (permission !== "public" && permission !== "own" && !known.has(permission)) return undefined;
  if (!Array.isArray(alsoReads) || !alsoReads.every((name) => known.has(name))) return undefined;
  return { permission: permission as Access["permission"], alsoReads: alsoReads as Permission[] };
}

function isUpload(operation: OpenApiOperation): boolean {
  return operation.requestBody?.content?.["multipart/form-data"] !== undefined;
}
