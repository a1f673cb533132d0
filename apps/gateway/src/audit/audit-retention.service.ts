import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { Retention, ROWS } from "../platform/retention.service.ts";

/** As long as an event may be on its way (libs/messaging keeps the bus for so many days); by then its entry is there. */
const DELETE_ORIGINS = `
  DELETE FROM request_origin WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM request_origin WHERE at < clock_timestamp() - interval '30 days' LIMIT ${ROWS}))`;

/** Longer than the origins by what `UsualAddresses` remembers, and a day to be safe. */
const DELETE_ADDRESSES = `
  DELETE FROM usual_address WHERE caller = ANY(ARRAY(
    SELECT caller FROM usual_address WHERE at < clock_timestamp() - interval '32 days' LIMIT ${ROWS}))`;

/** Clears away the origins of requests that no event can come of any more. Entries stay. */
@Injectable()
export class AuditRetention extends Retention {
  constructor(database: Database) {
    super(database, [DELETE_ORIGINS, DELETE_ADDRESSES]);
  }
}
