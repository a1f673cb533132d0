import { USER_STATUSES } from "@kehu/contracts";
import type { FieldRules, RequestContext, Scope } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import { choice, fields, json, normalEmail, reference, resource, text } from "@kehu/records";
import { ADMINISTRATOR_ROLE } from "../roles/built-in-roles.ts";
import { isBeyond } from "../roles/grants.ts";
import { readTeams, TeamTree } from "../teams/team-paths.ts";
import { TEAM } from "../teams/team-reference.ts";
import { CreateUser, ImportUser, UpdateUser } from "./user.dto.ts";
import { User, type Colleagues } from "./user.entity.ts";

const ROLE_IDS = { type: "array", items: { type: "string", format: "uuid" } };

export const USERS = resource<User>({
  name: "users",
  type: "user",
  concept: "identity.user",
  snapshot: "identity.user.snapshot",
  updated: "identity.user.updated",
  table: "app_user",
  entity: User,
  permissions: { read: "identity.user.read", write: "identity.user.write", import: "identity.user.import" },
  fields: fields({
    email: text("Email", "邮箱", { required: true, personal: true, normalise: normalEmail }),
    firstName: text("First name", "名"),
    lastName: text("Last name", "姓", { required: true }),
    name: text("Name", "姓名", { neverNull: true, partOf: ["firstName", "lastName"] }),
    status: choice("Status", "状态", USER_STATUSES, { neverNull: true }),
    teamId: reference("Team", "团队", TEAM),
    roleIds: json("Roles", "角色", ROLE_IDS, { neverNull: true }),
    language: text("Language", "语言", { neverNull: true }),
    timeZone: text("Time zone", "时区"),
  }),
  keywords: [["firstName", "lastName"]],
  dto: { create: CreateUser, update: UpdateUser, import: ImportUser },
  context: colleagues,
  keepsChanges: true,
});

interface RoleGrants {
  id: string;
  grants: Record<string, Scope>;
  fieldRules: FieldRules;
}

interface Given {
  email?: string;
  roleIds?: string[];
  teamId?: string | null;
}

async function colleagues(tx: Tx, items: readonly Given[], _births: number, who: RequestContext): Promise<Colleagues> {
  const emails = items.flatMap(({ email }) => (email === undefined ? [] : [normalEmail(email)]));
  const taken = await tx.query<{ email: string; id: string }>(
    "SELECT email, id FROM app_user WHERE email = ANY($1) AND deleted_at IS NULL",
    [emails],
  );
  // Who deletes a role waits until it is given, or has been.
  const given = items.flatMap(({ roleIds }) => roleIds ?? []);
  await tx.query("SELECT 1 FROM role WHERE id = ANY($1) ORDER BY id FOR SHARE", [given]);
  const roles = await tx.query<RoleGrants>(
    'SELECT id, grants, field_rules AS "fieldRules" FROM role WHERE deleted_at IS NULL',
  );
  return {
    roles: new Map(roles.map(({ id, ...role }) => [id, { isBeyond: isBeyond(who, role) }])),
    emails: new Map(taken.map(({ email, id }) => [email, id])),
    teams: items.some(({ teamId }) => teamId) ? await readTeams(tx) : new TeamTree([]),
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
