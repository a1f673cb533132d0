import type { Permission, RequestContext } from "@kehu/auth";

/** The caller while he changes one record, at the version that was compared. The key of his request is not this change's. */
export function acting(who: RequestContext, permission: Permission, version: number | undefined): RequestContext {
  return { ...who, permission, ifMatch: version ?? null, idempotency: null };
}
