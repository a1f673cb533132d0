import { SCOPES, type RequestContext } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import { fields, instant, json, RecordDto, resource, text, USERS as USER_COPIES } from "@kehu/records";
import { CreateApiKey, UpdateApiKey } from "./api-key.dto.ts";
import { ApiKey } from "./api-key.entity.ts";

const GRANTS = { type: "object", additionalProperties: { type: "string", enum: SCOPES } };

const OWN_FIELDS = fields({
  name: text("Name", "名称", { required: true }),
  prefix: text("Prefix", "前缀", { neverNull: true }),
  grants: json("Grants", "权限", GRANTS, { required: true }),
  expiresAt: instant("Expires", "到期时间"),
  lastUsedAt: instant("Last used", "上次使用"),
  revokedAt: instant("Revoked", "撤销时间"),
});

export const API_KEYS = resource<ApiKey>({
  name: "api-keys",
  type: "api-key",
  concept: "identity.api-key",
  snapshot: "identity.api-key.snapshot",
  updated: "identity.api-key.updated",
  table: "api_key",
  entity: ApiKey,
  permissions: { read: "identity.api-key.read", write: "identity.api-key.write", import: "identity.api-key.write" },
  fields: {
    ...OWN_FIELDS,
    // The gateway has the users themselves, and no copies.
    ownerId: { ...OWN_FIELDS["ownerId"]!, target: { ...USER_COPIES, table: "app_user", copy: false } },
  },
  keywords: ["name", "prefix"],
  dto: { create: CreateApiKey, update: UpdateApiKey, import: RecordDto },
  context: usableKeys,
});

/** How many keys the caller can use. Who makes one waits for who makes another for the same owner. */
async function usableKeys(tx: Tx, _items: readonly object[], births: number, who: RequestContext): Promise<number> {
  if (births === 0) return 0;
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('identity.api-keys ' || $1, 0))", [who.actorId]);
  const [found] = await tx.query<{ count: string }>(
    `SELECT count(*) FROM api_key
     WHERE owner_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())`,
    [who.actorId],
  );
  return Number(found!.count);
}
