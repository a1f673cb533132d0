import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import type { Grants } from "../access/session-states.ts";
import { widest } from "../access/session-states.ts";

/** Who may try a password. */
export interface LoginRow {
  id: string;
  password_hash: string | null;
}

interface MeRow {
  id: string;
  email: string;
  first_name: string | null;
  last_name: string;
  name: string;
  team_id: string | null;
  role_ids: string[];
  language: string;
  time_zone: string | null;
  grants: Grants[];
}

@Injectable()
export class SessionsQueries {
  constructor(private readonly database: Database) {}

  async login(email: string): Promise<LoginRow | undefined> {
    const [row] = await this.database.query<LoginRow>(
      `SELECT u.id, c.password_hash FROM app_user u LEFT JOIN credential c ON c.user_id = u.id
       WHERE u.email = $1 AND u.deleted_at IS NULL`,
      [email],
    );
    return row;
  }

  async me(userId: string) {
    const [row] = await this.database.query<MeRow>(
      `SELECT u.id, u.email, u.first_name, u.last_name, u.name, u.team_id, u.role_ids, u.language, u.time_zone,
         coalesce((SELECT json_agg(r.grants) FROM role r WHERE r.id = ANY(u.role_ids) AND r.deleted_at IS NULL), '[]') AS grants
       FROM app_user u WHERE u.id = $1`,
      [userId],
    );
    if (!row) return undefined;
    return {
      id: row.id,
      email: row.email,
      firstName: row.first_name,
      lastName: row.last_name,
      name: row.name,
      teamId: row.team_id,
      roleIds: row.role_ids,
      language: row.language,
      timeZone: row.time_zone,
      permissions: widest(row.grants),
    };
  }
}
