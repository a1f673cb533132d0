import type { Permission, UngrantedPermission } from "@kehu/auth";
import { VIEW_VISIBILITIES, type DomainEvent, type EventType } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { boolean, choice, fields, json, text } from "./fields.ts";
import type { Change } from "./record.entity.ts";
import { resource, type EntityClass, type Resource } from "./resource.ts";
import { CreateSavedView, UpdateSavedView } from "./saved-view.dto.ts";
import type { SavedView } from "./saved-view.entity.ts";

const NAMES = { type: "array", items: { type: "string" } };

/**
 * Declares the views that people save of the lists of a service.
 *
 * @param service what its service says of them: concept, event of snapshots, entity, and what everybody may do with them
 */
export function savedViewResource<T extends SavedView>(service: {
  concept: string;
  snapshot: EventType;
  purged: EventType;
  entity: EntityClass<T>;
  permission: UngrantedPermission;
}): Resource<T> {
  const { permission: use, ...named } = service;
  // Only `rowScope` asks for it; of its routes each has a permission that roles grant.
  const permission = use as string as Permission;
  const declared: Resource<T> = resource<T>({
    ...named,
    permissions: { read: permission, write: permission, import: permission },
    name: "views",
    type: "view",
    table: "saved_view",
    fields: fields({
      resource: text("Resource", "对象", { required: true }),
      name: text("Name", "名称", { required: true }),
      visibility: choice("Visible to", "可见范围", VIEW_VISIBILITIES, { neverNull: true }),
      where: json("Filter", "筛选", { type: "object", additionalProperties: true }, { column: "filter_tree" }),
      q: text("Words", "关键词", { filterable: false, sortable: false }),
      fields: json("Columns", "列", NAMES, { column: "columns" }),
      sort: json("Order", "排序", NAMES),
      isDefault: boolean("Default", "默认", { neverNull: true }),
    }),
    dto: { create: CreateSavedView, update: UpdateSavedView, import: CreateSavedView },
    consequences: async (tx, changes) => {
      const ids = await displaced(tx, changes);
      return ids.length ? [{ resource: declared, ids, decide: giveWay }] : [];
    },
  });
  return declared;
}

const giveWay = (view: SavedView, now: Date): DomainEvent[] => view.update({ isDefault: false }, now);

/** Views that are the default no more, as another one of their owner's has become it. */
async function displaced(tx: Tx, changes: readonly Change[]): Promise<string[]> {
  const views = changes.map(({ record }) => record as SavedView).filter(({ isDefault }) => isDefault);
  const found: { id: string }[] = [];
  for (const { id, ownerId, resource } of views)
    found.push(
      ...(await tx.query<{ id: string }>(
        `SELECT id FROM saved_view WHERE owner_id = $1 AND resource = $2 AND id <> $3 AND is_default AND deleted_at IS NULL`,
        [ownerId, resource, id],
      )),
    );
  return found.map(({ id }) => id);
}
