import { USER_STATUSES } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { choice, fields, json, normalEmail, resource, text } from "@kehu/records";
import { ADMINISTRATOR_ROLE } from "../roles/built-in-roles.ts";
import { CreateUser, ImportUser, UpdateUser } from "./user.dto.ts";
import { User, type Colleagues } from "./user.entity.ts";

const ROLE_IDS = { type: "array", items: { type: "string", format: "uuid" } };

export const USERS = resource<User>({
  name: "users",
  type: "user",
  concept: "identity.user",
  snapshot: "identity.user.snapshot",
  table: "app_user",
  entity: User,
  permissions: { read: "identity.user.read", write: "identity.user.write", import: "identity.user.import" },
  fields: fields({
    email: text("Email", "邮箱", { required: true, personal: true }),
    firstName: text("First name", "名"),
    lastName: text("Last name", "姓", { required: true }),
    name: text("Name", "姓名", { neverNull: true }),
    status: choice("Status", "状态", USER_STATUSES, { neverNull: true }),
    roleIds: json("Roles", "角色", ROLE_IDS, { neverNull: true }),
    language: text("Language", "语言", { neverNull: true }),
    timeZone: text("Time zone", "时区"),
  }),
  dto: { create: CreateUser, update: UpdateUser, import: ImportUser },
  context: colleagues,
});

async function colleagues(tx: Tx, items: readonly { email?: string; roleIds?: string[] }[]): Promise<Colleagues> {
  const emails = items.flatMap(({ email }) => (email === undefined ? [] : [normalEmail(email)]));
  const taken = await tx.query<{ email: string; id: string }>(
    "SELECT email, id FROM app_user WHERE email = ANY($1) AND deleted_at IS NULL",
    [emails],
  );
  const roles = await tx.query<{ id: string }>("SELECT id FROM role WHERE deleted_at IS NULL");
  return {
    roleIds: new Set(roles.map(({ id }) => id)),
    emails: new Map(taken.map(({ email, id }) => [email, id])),
    administrators: items.some(({ roleIds }) => roleIds) ? await administrators(tx) : new Set(),
  };
}

/** The active administrators; who asks waits for others who ask, or two could remove each other. */
export async function administrators(tx: Tx): Promise<Set<string>> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('identity.administrators', 0))");
  const rows = await tx.query<{ id: string }>(
    "SELECT id FROM app_user WHERE status = 'active' AND deleted_at IS NULL AND $1 = ANY(role_ids)",
    [ADMINISTRATOR_ROLE],
  );
  return new Set(rows.map(({ id }) => id));
}
