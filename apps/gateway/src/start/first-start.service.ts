import { systemContext, type RequestContext } from "@kehu/auth";
import { Database } from "@kehu/database";
import { ConfigError } from "@kehu/http";
import { normalEmail, Writing } from "@kehu/records";
import { Injectable, Logger, type OnApplicationBootstrap } from "@nestjs/common";
import { randomUUID } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { Config } from "../gateway-config.ts";
import { ADMINISTRATOR_ROLE, BUILT_IN_ROLES } from "../roles/built-in-roles.ts";
import { ROLES } from "../roles/roles.resource.ts";
import { Passwords, weakness } from "../sessions/passwords.ts";
import { SETTINGS, SETTINGS_ID } from "../settings/settings.resource.ts";
import { setPassword } from "../users/credential.ts";
import { USERS } from "../users/users.resource.ts";

// Rows of version 0: what is not told to anybody yet. Of several replicas one inserts, and the first to lock tells.
const BLANK_ROLE = `
  INSERT INTO role (id, version, created_at, updated_at, external_ids, key, name, grants)
  VALUES ($1, 0, $2, $2, '[]', $3, '', '{}') ON CONFLICT DO NOTHING`;
const BLANK_SETTINGS = `
  INSERT INTO settings (id, version, created_at, updated_at, external_ids, currency, time_zone, country, languages, fiscal_year_start)
  VALUES ($1, 0, $2, $2, '[]', 'USD', 'UTC', 'US', '["en", "zh-CN"]', 1) ON CONFLICT DO NOTHING`;
const BLANK_ADMINISTRATOR = `
  INSERT INTO app_user (id, version, created_at, updated_at, external_ids, email, last_name, name, status, role_ids, language)
  VALUES ($1, 0, $2, $2, '[]', $3, 'Administrator', 'Administrator', 'invited', '{}', 'en')
  ON CONFLICT DO NOTHING`;

/** Brings the built-in roles up to date; at the first start also makes settings and administrator. */
@Injectable()
export class FirstStart implements OnApplicationBootstrap {
  private readonly log = new Logger(FirstStart.name);

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly writing: Writing,
    private readonly passwords: Passwords,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const who = systemContext("first-start", { id: randomUUID(), correlationid: randomUUID(), origin: "system" });
    await this.roles(who);
    await this.settings(who);
    if (!(await this.hasAdministrator())) await this.administrator(who);
  }

  private async roles(who: RequestContext): Promise<void> {
    const { records, clock } = this.writing;
    for (const role of BUILT_IN_ROLES) {
      await this.database.query(BLANK_ROLE, [role.id, clock.now(), role.key]);
      await records.change(ROLES, role.id, who, (record) => record.define(role, clock.now()));
    }
  }

  private async settings(who: RequestContext): Promise<void> {
    const { records, clock } = this.writing;
    await this.database.query(BLANK_SETTINGS, [SETTINGS_ID, clock.now()]);
    await records.change(SETTINGS, SETTINGS_ID, who, (record) => record.open({}, clock.now()));
  }

  private async hasAdministrator(): Promise<boolean> {
    const rows = await this.database.query(
      "SELECT 1 FROM app_user WHERE status = 'active' AND deleted_at IS NULL AND $1 = ANY(role_ids) LIMIT 1",
      [ADMINISTRATOR_ROLE],
    );
    return rows.length > 0;
  }

  private async administrator(who: RequestContext): Promise<void> {
    const { adminEmail, adminPassword } = this.config;
    if (adminEmail === null) throw new ConfigError("KEHU_ADMIN_EMAIL is missing, and there is no administrator yet.");
    if (adminPassword === null)
      throw new ConfigError("KEHU_ADMIN_PASSWORD is missing, and there is no administrator yet.");
    const weak = await weakness(adminPassword);
    if (weak) throw new ConfigError(`KEHU_ADMIN_PASSWORD is not good enough: ${weak}`);
    const email = normalEmail(adminEmail);
    const hash = await this.passwords.hash(adminPassword);
    const { records, clock } = this.writing;
    await this.database.query(BLANK_ADMINISTRATOR, [uuidv7(), clock.now(), email]);
    const [row] = await this.database.query<{ id: string }>(
      "SELECT id FROM app_user WHERE email = $1 AND deleted_at IS NULL",
      [email],
    );
    if (!row) throw new Error("The administrator was removed while he was made.");
    await records.change(USERS, row.id, who, async (user, tx) => {
      if (user.isActiveAdministrator) return []; // another replica was first
      await setPassword(tx, user.id, hash);
      return user.becomeFirstAdministrator(clock.now());
    });
    this.log.log("The first administrator is there.");
  }
}
