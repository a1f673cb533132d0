import type { RequestContext } from "@kehu/auth";
import { NotFound, RuleViolation } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { KeptRecords } from "./kept-records.ts";
import { scopeOf, type Page } from "./record-lists.ts";
import type { Resource } from "./resource.ts";

/** The most records of one resource that somebody has pinned. */
const MOST_PINS = 200;

/** The records that people keep at hand. A pin is its user's alone, and no part of the record. */
@Injectable()
export class Pins {
  constructor(
    private readonly database: Database,
    private readonly kept: KeptRecords,
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

  /** The pinned records that the caller reaches now, in the order of pinning. */
  list(resource: Resource, query: Readonly<Record<string, unknown>>, who: RequestContext): Promise<Page> {
    return this.kept.page("pin", resource, query, who);
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
