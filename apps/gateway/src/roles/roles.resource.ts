import { fields, json, RecordDto, resource, text } from "@kehu/records";
import { Role } from "./role.entity.ts";

const GRANTS = { type: "object", additionalProperties: { type: "string", enum: ["own", "all"] } };

export const ROLES = resource<Role>({
  name: "roles",
  type: "role",
  concept: "identity.role",
  snapshot: "identity.role.snapshot",
  table: "role",
  entity: Role,
  permissions: { read: "identity.role.read", write: "identity.role.read", import: "identity.role.read" },
  fields: fields({
    key: text("Key", "标识", { required: true }),
    name: text("Name", "名称", { required: true }),
    grants: json("Grants", "权限", GRANTS, { required: true }),
  }),
  dto: { create: RecordDto, update: RecordDto, import: RecordDto },
  defaultSort: ["name"],
});
