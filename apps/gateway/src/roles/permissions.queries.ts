import type { FieldAccess, FieldRules, Permission, Place, Scope } from "@kehu/auth";
import { NotFound } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import type { UserStatus } from "../users/user-status.ts";
import { strictest } from "./field-rules.ts";
import { placeOf, widest, type Grants, type PlaceRow } from "../access/session-states.ts";

/** What a user may do with one kind of record, and by which of his roles. */
interface PermissionView {
  permission: Permission;
  scope: Scope;
  /** Those that give the scope; a role that reaches less far decides nothing. */
  roles: RoleName[];
}

export interface RoleName {
  id: string;
  name: string;
}

/** What is closed to a user of one field, and by which of his roles. */
interface FieldRuleView {
  concept: string;
  field: string;
  access: FieldAccess;
  roles: RoleName[];
}

interface UserRow extends PlaceRow {
  role_ids: string[];
  status: UserStatus;
}

interface RoleRow extends RoleName {
  grants: Grants;
  fieldRules: FieldRules;
}

/** What a user may do, and as whom a service knows him. */
export interface UserGrants {
  actorId: string;
  status: UserStatus;
  place: Place | null;
  grants: Grants;
  data: PermissionView[];
}

/** Says what a user may do, and why. */
@Injectable()
export class PermissionsQueries {
  constructor(private readonly database: Database) {}

  /** @throws NotFound */
  async of(userId: string): Promise<{ place: Place | null; data: PermissionView[]; fieldRules: FieldRuleView[] }> {
    const { user, roles } = await this.read(userId);
    return { place: placeOf(user), data: deciding(roles), fieldRules: closing(roles) };
  }

  /** @throws NotFound */
  async grantsOf(userId: string): Promise<UserGrants> {
    const { user, roles } = await this.read(userId);
    const grants = widest(roles.map((role) => role.grants));
    return { actorId: userId, status: user.status, place: placeOf(user), grants, data: deciding(roles) };
  }

  private async read(userId: string): Promise<{ user: UserRow; roles: RoleRow[] }> {
    const [user] = await this.database.query<UserRow>(
      "SELECT team_id, team_path, role_ids, status FROM app_user WHERE id = $1 AND deleted_at IS NULL",
      [userId],
    );
    if (!user) throw new NotFound();
    const roles = await this.database.query<RoleRow>(
      `SELECT id, name, grants, field_rules AS "fieldRules" FROM role WHERE id = ANY($1) AND deleted_at IS NULL ORDER BY name, id`,
      [user.role_ids],
    );
    return { user, roles };
  }
}

function deciding(roles: readonly RoleRow[]): PermissionView[] {
  const granted = Object.entries(widest(roles.map(({ grants }) => grants))) as [Permission, Scope][];
  return granted
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([permission, scope]) => {
      const deciders = roles.filter(({ grants }) => grants[permission] === scope);
      return { permission, scope, roles: deciders.map(({ id, name }) => ({ id, name })) };
    });
}

function closing(roles: readonly RoleRow[]): FieldRuleView[] {
  const closed = Object.entries(strictest(roles.map(({ fieldRules }) => fieldRules)));
  const views = closed.flatMap(([concept, fields]) =>
    Object.entries(fields).map(([field, access]) => {
      const closers = roles.filter(({ fieldRules }) => fieldRules[concept]?.[field] === access);
      return { concept, field, access, roles: closers.map(({ id, name }) => ({ id, name })) };
    }),
  );
  return views.sort((a, b) => (`${a.concept} ${a.field}` < `${b.concept} ${b.field}` ? -1 : 1));
}
