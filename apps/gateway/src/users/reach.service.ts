import type { FieldRules, RequestContext, Scope } from "@kehu/auth";
import { Forbidden } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { isBeyond } from "../roles/grants.ts";

/** Whose ways in somebody may make. */
@Injectable()
export class Reach {
  constructor(private readonly database: Database) {}

  /**
   * Whoever makes a link for somebody could follow it himself.
   *
   * @throws Forbidden where one of the roles may do more than the caller
   */
  async mustCover(who: RequestContext, roleIds: readonly string[]): Promise<void> {
    const roles = await this.database.query<{ grants: Record<string, Scope>; fieldRules: FieldRules }>(
      'SELECT grants, field_rules AS "fieldRules" FROM role WHERE id = ANY($1) AND deleted_at IS NULL',
      [roleIds],
    );
    if (roles.some((role) => isBeyond(who, role)))
      throw new Forbidden("user.beyond-own", "You cannot make a link for somebody who may do more than you.");
  }
}
