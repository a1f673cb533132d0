import { FIELD_ACCESS, SCOPES, type RequestContext } from "@kehu/auth";
import { fields, json, RecordDto, resource, text } from "@kehu/records";
import { CreateRole, UpdateRole } from "./role.dto.ts";
import { Role } from "./role.entity.ts";

const FIELD_RULES = {
  type: "object",
  additionalProperties: { type: "object", additionalProperties: { type: "string", enum: FIELD_ACCESS } },
};
const GRANTS = { type: "object", additionalProperties: { type: "string", enum: SCOPES } };

export const ROLES = resource<Role>({
  name: "roles",
  type: "role",
  concept: "identity.role",
  snapshot: "identity.role.snapshot",
  updated: "identity.role.updated",
  table: "role",
  entity: Role,
  permissions: { read: "identity.role.read", write: "identity.role.write", import: "identity.role.write" },
  fields: fields({
    key: text("Key", "标识"),
    name: text("Name", "名称", { required: true }),
    grants: json("Grants", "权限", GRANTS, { required: true }),
    fieldRules: json("Field rules", "字段规则", FIELD_RULES, { neverNull: true }),
  }),
  keywords: ["name"],
  dto: { create: CreateRole, update: UpdateRole, import: RecordDto },
  context: (_tx, _items, _births, who: RequestContext) => Promise.resolve(who),
  defaultSort: ["name"],
});
