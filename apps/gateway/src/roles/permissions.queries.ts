import { reaches, SCOPES, type Permission, type Place, type Scope } from "@kehu/auth";
import { NotFound } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";

/** What a user may do with one kind of record, and by which of his roles. */
interface PermissionView {
  permission: Permission;
  scope: Scope;
  /** Those that give the scope; a role that reaches less far decides nothing. */
  roles: RoleName[];
}

interface RoleName {
  id: string;
  name: string;
}

interface RoleRow extends RoleName {
  grants: Partial<Record<Permission, Scope>>;
}

/** Says what a user may do, and why. */
@Injectable()
export class PermissionsQueries {
  constructor(private readonly database: Database) {}

  /** @throws NotFound */
  async of(userId: string): Promise<{ place: Place | null; data: PermissionView[] }> {
    const [user] = await this.database.query<{ team_id: string | null; team_path: string | null; role_ids: string[] }>(
      "SELECT team_id, team_path, role_ids FROM app_user WHERE id = $1 AND deleted_at IS NULL",
      [userId],
    );
    if (!user) throw new NotFound();
    const roles = await this.database.query<RoleRow>(
      "SELECT id, name, grants FROM role WHERE id = ANY($1) AND deleted_at IS NULL ORDER BY name, id",
      [user.role_ids],
    );
    const place = user.team_id && user.team_path ? { teamId: user.team_id, path: user.team_path } : null;
    return { place, data: deciding(roles) };
  }
}

function deciding(roles: readonly RoleRow[]): PermissionView[] {
  const names = new Set(roles.flatMap(({ grants }) => Object.keys(grants) as Permission[]));
  return [...names].sort().map((permission) => {
    const granting = roles.filter(({ grants }) => grants[permission] !== undefined);
    const scope = SCOPES.findLast((one) => granting.some(({ grants }) => reaches(grants[permission], one)))!;
    const widest = granting.filter(({ grants }) => grants[permission] === scope);
    return { permission, scope, roles: widest.map(({ id, name }) => ({ id, name })) };
  });
}
