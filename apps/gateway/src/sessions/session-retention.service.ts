import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { Retention, ROWS } from "../platform/retention.service.ts";

/** In this order: tokens refer to sessions. */
const STATEMENTS = [
  `DELETE FROM refresh_token WHERE token_hash IN (
     SELECT t.token_hash FROM refresh_token t JOIN session s ON s.id = t.session_id
     WHERE s.expires_at < clock_timestamp() LIMIT ${ROWS})`,
  `DELETE FROM session WHERE id IN (
     SELECT s.id FROM session s WHERE s.expires_at < clock_timestamp()
       AND NOT EXISTS (SELECT 1 FROM refresh_token t WHERE t.session_id = s.id) LIMIT ${ROWS})`,
  `DELETE FROM password_reset WHERE user_id IN (
     SELECT user_id FROM password_reset WHERE expires_at < clock_timestamp() LIMIT ${ROWS})`,
  `DELETE FROM auth_change WHERE seq IN (
     SELECT seq FROM auth_change WHERE at < clock_timestamp() - interval '1 day' LIMIT ${ROWS})`,
];

/** Clears away the sessions and links that have expired, and the changes that every replica has seen. */
@Injectable()
export class SessionRetention extends Retention {
  constructor(database: Database) {
    super(database, STATEMENTS);
  }
}
