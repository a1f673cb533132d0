import type { Origin } from "@kehu/contracts";

/** A handover is given up for a resource of which so many records cannot be written: something else is wrong then. */
const MOST_FAILURES = 100;

/** What is to be moved of one resource. */
export interface Due {
  handover_id: string;
  resource: string;
  from_user_id: string;
  to_user_id: string | null;
  to_team_id: string | null;
  /** The event that is followed. */
  cause: { id: string; correlationid: string; origin: Origin };
  done: number;
  failed: string[];
}

export const ADD = `
  INSERT INTO handover_due (handover_id, resource, from_user_id, to_user_id, to_team_id, cause)
  SELECT $1, name, $2, $3, $4, $5 FROM unnest($6::text[]) AS name ON CONFLICT DO NOTHING`;

/**
 * The oldest one of a resource, so that what two handovers send to and fro comes to rest; none where another replica
 * is at it.
 */
export const TAKE = `
  SELECT handover_id, resource, from_user_id, to_user_id, to_team_id, cause, done, failed FROM handover_due d
  WHERE finished_at IS NULL AND resource = ANY($1) AND NOT EXISTS (
    SELECT 1 FROM handover_due older WHERE older.resource = d.resource AND older.finished_at IS NULL
    AND (older.queued_at, older.handover_id) < (d.queued_at, d.handover_id))
  ORDER BY queued_at, handover_id, resource LIMIT 1 FOR UPDATE SKIP LOCKED`;

export const DONE = "UPDATE handover_due SET done = done + $3 WHERE handover_id = $1 AND resource = $2";
export const FINISHED =
  "UPDATE handover_due SET finished_at = clock_timestamp() WHERE handover_id = $1 AND resource = $2";
export const FAILED = `
  UPDATE handover_due SET failed = failed || $3::uuid,
    finished_at = CASE WHEN cardinality(failed) + 1 >= ${MOST_FAILURES} THEN clock_timestamp() END
  WHERE handover_id = $1 AND resource = $2`;

export const PROGRESS = `
  SELECT resource, done, cardinality(failed) AS failed, finished_at IS NOT NULL AS finished
  FROM handover_due WHERE handover_id = $1 ORDER BY resource`;

export const COUNT = (table: string) =>
  `SELECT count(*)::int AS owned FROM ${table} WHERE owner_id = $1 AND deleted_at IS NULL`;
export const IDS = (table: string) =>
  `SELECT id FROM ${table} WHERE owner_id = $1 AND deleted_at IS NULL AND id <> ALL($2::uuid[]) LIMIT $3`;
