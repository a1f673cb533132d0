import { rowScope, type RequestContext } from "@kehu/auth";
import { Forbidden, NotFound } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { PersonalData } from "@kehu/personal-data";
import { Injectable } from "@nestjs/common";
import { closed } from "./field-rules.ts";
import type { Resource } from "./resource.ts";
import { KEY_COLUMN, keyColumn, openColumn, sealedFields } from "./sealing.ts";
import { Values } from "./caller-sql.ts";

/** Opens what is encrypted in one record, for a caller who asks for just that. */
@Injectable()
export class Reveals {
  constructor(
    private readonly database: Database,
    private readonly personal: PersonalData,
  ) {}

  /**
   * @returns the encrypted fields of the record, by name; without those that a role hides from the caller
   * @throws NotFound for a record out of his reading scope, or one that is deleted
   * @throws Forbidden `record.not-revealable` where he may read the record but reveals less far
   */
  async of(resource: Resource, id: string, who: RequestContext): Promise<Record<string, unknown>> {
    const names = sealedFields(resource).filter((name) => closed(who, resource.concept, name) !== "hidden");
    const values = new Values();
    const readable = rowScope(who, resource.permissions.read, "t", values.bind);
    const revealable = rowScope(who, who.permission, "t", values.bind);
    const sealed = names.map((name) => `t.${resource.fields[name]!.column} AS "${name}"`);
    const columns = [
      `coalesce(${revealable}, false) AS revealable`,
      ...sealed,
      ...keyColumn(resource).map(([sql, name]) => `${sql} AS "${name}"`),
    ];
    const [row] = await this.database.query(
      `SELECT ${columns.join(", ")} FROM ${resource.table} t
       WHERE t.id = ${values.bind(id)} AND t.deleted_at IS NULL AND (${readable})`,
      values.list,
    );
    if (!row) throw new NotFound();
    if (row["revealable"] !== true)
      throw new Forbidden("record.not-revealable", "You may read this record but not reveal what is encrypted in it.");
    const key = this.personal.keyOf(row[KEY_COLUMN] as string | null);
    return Object.fromEntries(names.map((name) => [name, openColumn(resource, id, name, row[name], key)]));
  }
}
