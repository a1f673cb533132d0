import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { Config } from "../gateway-config.ts";
import { Retention, ROWS } from "../platform/retention.service.ts";

/** From the beginning on, so that what is left has no gap. */
const deleteOlderThan = (days: number) => `
  DELETE FROM record_change WHERE seq = ANY(ARRAY(
    SELECT seq FROM (SELECT seq, recorded_at FROM record_change ORDER BY seq LIMIT ${ROWS}) AS oldest
    WHERE recorded_at < clock_timestamp() - interval '${days} days'))`;

/** Clears away changes that nobody can ask for any more. */
@Injectable()
export class ChangesRetention extends Retention {
  constructor(database: Database, config: Config) {
    super(database, [deleteOlderThan(config.changesDays)]);
  }
}
