import type { RequestContext } from "@kehu/auth";
import { Database } from "@kehu/database";
import { PersonalData } from "@kehu/personal-data";
import { Injectable } from "@nestjs/common";
import { CursorSigner } from "./cursor.ts";
import { CustomFields } from "./custom-fields.ts";
import { parsePaging } from "./list-query.ts";
import { listParts, type Page } from "./record-lists.ts";
import type { Resource } from "./resource.ts";
import { shapeView } from "./view.ts";

/** The tables with what somebody keeps of records: his id, theirs, and since when; each with the order of its list. */
const ORDERS = { pin: { after: ">", order: "" }, recent: { after: "<", order: " DESC" } } as const;

/** Lists of records that are somebody's own affair, within his scope. */
@Injectable()
export class KeptRecords {
  constructor(
    private readonly database: Database,
    private readonly cursors: CursorSigner,
    private readonly personal: PersonalData,
    private readonly custom: CustomFields,
  ) {}

  /**
   * @param table pinned records come in the order of pinning, recent ones with the last first
   * @param query `limit` and `cursor`
   * @returns a page of those that the caller reaches now
   */
  async page(
    table: keyof typeof ORDERS,
    declared: Resource,
    query: Readonly<Record<string, unknown>>,
    who: RequestContext,
  ): Promise<Page> {
    const { limit, cursor } = parsePaging(query);
    const resource = await this.custom.of(declared);
    const binding = [table, resource.name, who.actorId];
    const place = cursor === null ? null : this.cursors.read(cursor, binding);
    const { after, order } = ORDERS[table];
    const { sql, values } = listParts(resource, who);
    const [user, name] = [who.actorId, resource.name].map(values.bind);
    const behind = place
      ? ` AND (k.at, k.record_id) ${after} (${values.bind(place[0])}::timestamptz, ${values.bind(place[1])}::uuid)`
      : "";
    const rows = await this.database.query(
      `SELECT ${sql.columns}, k.at::text AS "kept.at" FROM ${table} k JOIN ${resource.table} t ON t.id = k.record_id
       WHERE k.user_id = ${user} AND k.resource = ${name} AND t.deleted_at IS NULL AND (${sql.scope})${behind}
       ORDER BY k.at${order}, k.record_id${order} LIMIT ${values.bind(limit + 1)}`,
      values.list,
    );
    const hasMore = rows.length > limit;
    const shown = hasMore ? rows.slice(0, limit) : rows;
    const last = shown.at(-1);
    const nextCursor = hasMore ? this.cursors.sign([last!["kept.at"], last!["id"]], binding) : null;
    return { data: shown.map((row) => shapeView(resource, row, who, this.personal)), page: { nextCursor, hasMore } };
  }
}
