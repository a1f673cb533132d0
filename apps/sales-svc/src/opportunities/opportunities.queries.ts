import type { RequestContext } from "@kehu/auth";
import { Forbidden } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { RecordQueries } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { OPPORTUNITIES } from "./opportunities.resource.ts";

interface By {
  type: string;
  id: string;
  name: string | null;
}

/** One move of an opportunity from stage to stage. */
export interface StageMove {
  /** Null for the stage in which it was born. */
  from: string | null;
  to: string;
  at: Date;
  by: By;
  /** How long it stood in `from`. */
  dwellSeconds: number | null;
}

interface Row {
  from: string;
  to: string;
  since: Date;
  at: Date;
  by: By;
}

const BY = `json_build_object('type', h.actor_type, 'id', h.actor_id, 'name', u.name) AS by`;
const USER = `LEFT JOIN user_copy u ON h.actor_type <> 'system' AND u.id::text = h.actor_id`;

/** The history has the stage and since when it stood there; where two moves fell into one millisecond, only the stage. */
const MOVES = `
  SELECT h.before #>> '{}' AS "from", h.after #>> '{}' AS "to", ${BY},
    coalesce((s.before #>> '{}')::timestamptz, h.at) AS since, coalesce((s.after #>> '{}')::timestamptz, h.at) AS at
  FROM history h LEFT JOIN history s ON s.record_id = h.record_id AND s.version = h.version AND s.field = 'stageSince' ${USER}
  WHERE h.record_id = $1 AND h.field = 'stage' ORDER BY h.seq`;
const BIRTH = `SELECT ${BY} FROM history h ${USER} WHERE h.record_id = $1 ORDER BY h.seq LIMIT 1`;

@Injectable()
export class OpportunitiesQueries {
  constructor(
    private readonly database: Database,
    private readonly records: RecordQueries,
  ) {}

  /**
   * The stages through which an opportunity went, the first one first. They are read from its history, which is written
   * with every move.
   *
   * @throws Forbidden where the stage is hidden from the caller
   */
  async stages(id: string, who: RequestContext): Promise<{ data: StageMove[] }> {
    const now = await this.records.get(OPPORTUNITIES, id, who);
    if (!("stage" in now)) throw new Forbidden("field.hidden", "The stage of opportunities is hidden from you.");
    const [moves, [birth]] = await Promise.all([
      this.database.query<Row>(MOVES, [id]),
      this.database.query<{ by: By }>(BIRTH, [id]),
    ]);
    const first = moves[0];
    const born: StageMove = {
      from: null,
      to: first?.from ?? (now["stage"] as string),
      at: first?.since ?? (now["stageSince"] as Date),
      by: birth!.by,
      dwellSeconds: null,
    };
    const later = moves.map(({ since, ...move }) => ({ ...move, dwellSeconds: secondsBetween(since, move.at) }));
    return { data: [born, ...later] };
  }
}

const secondsBetween = (from: Date, to: Date) => Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));
