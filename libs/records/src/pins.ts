import type { RequestContext } from "@kehu/auth";
import { NotFound, RuleViolation } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { PersonalData } from "@kehu/personal-data";
import { Injectable } from "@nestjs/common";
import { CursorSigner } from "./cursor.ts";
import { CustomFields } from "./custom-fields.ts";
import { parsePaging } from "./list-query.ts";
import { listParts, scopeOf, type Page } from "./record-lists.ts";
import type { Resource } from "./resource.ts";
import { shapeView } from "./view.ts";

/** The most records of one resource that somebody has pinned. */
const MOST_PINS = 200;

/** The records that people keep at hand. A pin is its user's alone, and no part of the record. */
@Injectable()
export class Pins {
  constructor(
    private readonly database: Database,
    private readonly cursors: CursorSigner,
    private readonly personal: PersonalData,
    private readonly custom: CustomFields,
  ) {}

  /**
   * Pins a record; one that is pinned stays where it is.
   *
   * @throws NotFound out of the caller's scope
   * @throws RuleViolation `pin.too-many`
   */
  async pin(resource: Resource, id: string, who: RequestContext): Promise<void> {
    if (!(await this.isReached(resource, id, who))) throw new NotFound();
    const mine = [who.actorId, resource.name];
    const [found] = await this.database.query<{ kept: boolean }>(
      `WITH mine AS (SELECT record_id FROM pin WHERE user_id = $1 AND resource = $2), made AS (
         INSERT INTO pin (user_id, resource, record_id) SELECT $1, $2, $3 WHERE (SELECT count(*) FROM mine) < ${MOST_PINS}
         ON CONFLICT DO NOTHING RETURNING record_id)
       SELECT EXISTS (SELECT FROM made) OR (SELECT count(*) FROM mine) < ${MOST_PINS}
         OR EXISTS (SELECT FROM mine WHERE record_id = $3) AS kept`,
      [...mine, id],
    );
    if (!found!.kept)
      throw new RuleViolation("pin.too-many", `You have pinned ${MOST_PINS} ${resource.name}: take one away first.`);
  }

  /**
   * @throws NotFound for a record that is neither pinned nor within the caller's scope
   */
  async unpin(resource: Resource, id: string, who: RequestContext): Promise<void> {
    const gone = await this.database.query(
      "DELETE FROM pin WHERE user_id = $1 AND resource = $2 AND record_id = $3 RETURNING 1",
      [who.actorId, resource.name, id],
    );
    if (gone.length === 0 && !(await this.isReached(resource, id, who))) throw new NotFound();
  }

  /**
   * The pinned records that the caller reaches now, in the order of pinning.
   *
   * @param query `limit` and `cursor`
   */
  async list(declared: Resource, query: Readonly<Record<string, unknown>>, who: RequestContext): Promise<Page> {
    const { limit, cursor } = parsePaging(query);
    const resource = await this.custom.of(declared);
    const binding = ["pins", resource.name, who.actorId];
    const place = cursor === null ? null : this.cursors.read(cursor, binding);
    const { sql, values } = listParts(resource, who);
    const [user, name] = [who.actorId, resource.name].map(values.bind);
    const after = place
      ? ` AND (p.at, p.record_id) > (${place.map(values.bind).join("::text::timestamptz, ")}::uuid)`
      : "";
    const rows = await this.database.query(
      `SELECT ${sql.columns}, p.at::text AS "pin.at" FROM pin p JOIN ${resource.table} t ON t.id = p.record_id
       WHERE p.user_id = ${user} AND p.resource = ${name} AND t.deleted_at IS NULL AND (${sql.scope})${after}
       ORDER BY p.at, p.record_id LIMIT ${values.bind(limit + 1)}`,
      values.list,
    );
    const hasMore = rows.length > limit;
    const shown = hasMore ? rows.slice(0, limit) : rows;
    const last = shown.at(-1);
    const nextCursor = hasMore ? this.cursors.sign([last!["pin.at"], last!["id"]], binding) : null;
    return { data: shown.map((row) => shapeView(resource, row, who, this.personal)), page: { nextCursor, hasMore } };
  }

  private async isReached(resource: Resource, id: string, who: RequestContext): Promise<boolean> {
    const { sql, values } = scopeOf(resource, who);
    const found = await this.database.query(
      `SELECT 1 FROM ${resource.table} t WHERE t.id = ${values.bind(id)} AND t.deleted_at IS NULL AND (${sql.scope})`,
      values.list,
    );
    return found.length > 0;
  }
}
