import type { RequestContext } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import { mustSet, snapshotsOf, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { AuthChanges } from "../access/auth-changes.ts";
import { ClosableFieldsService } from "./closable-fields.service.ts";
import { mergedRules, mustClose, mustKeepRules } from "./field-rules.ts";
import { mustGrant } from "./grants.ts";
import type { CreateRole, UpdateRole } from "./role.dto.ts";
import type { Role } from "./role.entity.ts";
import { ROLES } from "./roles.resource.ts";

/** Every write to roles. What a change takes away is gone on every replica as soon as it has been announced. */
@Injectable()
export class RolesService {
  constructor(
    private readonly writing: Writing,
    private readonly changes: AuthChanges,
    private readonly closable: ClosableFieldsService,
  ) {
    writing.operations.register(snapshotsOf(ROLES, writing.records.rows));
    writing.relations.register(ROLES);
  }

  async create(data: CreateRole, who: RequestContext) {
    mustGrant(who, data.grants);
    if (data.fieldRules) mustClose(data.fieldRules, await this.closable.all());
    const fieldRules = data.fieldRules && mergedRules({}, data.fieldRules);
    mustKeepRules(who, { grants: data.grants, fieldRules: fieldRules ?? {} });
    return this.writing.records.create(ROLES, { ...data, fieldRules }, who);
  }

  async update(id: string, patch: UpdateRole, who: RequestContext) {
    // What is taken away, nobody has to have.
    const given = Object.entries(patch.grants ?? {}).filter(([, scope]) => scope !== null);
    mustGrant(who, Object.fromEntries(given));
    mustSet(ROLES, patch, who);
    const { records, clock } = this.writing;
    const closable = patch.fieldRules && (await this.closable.all());
    const reply = await records.change(ROLES, id, who, (role) => {
      if (closable) mustClose(patch.fieldRules!, closable, role.fieldRules);
      return role.update(patch, clock.now(), who);
    });
    await this.changes.announce();
    return reply;
  }

  remove(id: string, who: RequestContext) {
    const { records, clock } = this.writing;
    return records.change(ROLES, id, who, async (role, tx) => role.remove(clock.now(), await isHeld(tx, id)), {
      silent: true,
    });
  }

  restore(id: string, who: RequestContext) {
    const { records, clock } = this.writing;
    const decide = (role: Role) => {
      if (!role.deletedAt) return [];
      mustGrant(who, role.grants);
      mustKeepRules(who, role);
      return role.restore(clock.now());
    };
    return records.change(ROLES, id, who, decide, { deleted: true });
  }
}

/** True where users have the role. It is locked, so nobody can be given it before the transaction ends. */
async function isHeld(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.query("SELECT 1 FROM app_user WHERE $1 = ANY(role_ids) AND deleted_at IS NULL LIMIT 1", [id]);
  return rows.length > 0;
}
