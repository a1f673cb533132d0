import type { RequestContext } from "@kehu/auth";
import { Conflict, Problem } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { normalEmail, RecordQueries } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { randomUUID } from "node:crypto";
import { AuthChanges } from "../access/auth-changes.ts";
import { Config } from "../gateway-config.ts";
import { MailQueue } from "../mail/mail-queue.service.ts";
import { Smtp } from "../mail/smtp.service.ts";
import { ResetThrottle } from "../sessions/attempt-throttle.ts";
import { hashToken } from "../sessions/one-time-tokens.ts";
import { Passwords } from "../sessions/passwords.ts";
import { Reach } from "./reach.service.ts";
import { resetToken } from "./reset-token.ts";
import { USERS } from "./users.resource.ts";

/** Makes a link, and makes the one before it void. The user stays as he was found until it is there. */
const makeFor = (user: string) => `
  WITH known AS (
    SELECT id FROM app_user WHERE ${user} AND status = 'active' AND deleted_at IS NULL FOR SHARE),
  made AS (
    INSERT INTO password_reset (user_id, token_hash, expires_at)
    SELECT id, $2, clock_timestamp() + interval '1 hour' FROM known
    ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at)`;

/** A mail in any case, to nobody where there is no such user: nobody can tell by the time that it takes. */
const ASK = `${makeFor("email = $1")}
  INSERT INTO mail_due (id, kind, user_id) SELECT $3, 'password-reset', (SELECT id FROM known)`;
const MAIL_TO = `${makeFor("id = $1")}
  INSERT INTO mail_due (id, kind, user_id) SELECT $3, 'password-reset', id FROM known RETURNING user_id`;
const LINK_FOR = `${makeFor("id = $1")} SELECT id FROM known`;

const FIND = `
  SELECT 1 FROM password_reset r JOIN app_user u ON u.id = r.user_id
  WHERE r.token_hash = $1 AND r.expires_at > clock_timestamp() AND u.status = 'active' AND u.deleted_at IS NULL`;

/** The password's row first, as in every change of it; of two at once one finds the link. A trigger ends all sessions. */
const CHOOSE = `
  WITH held AS (
    SELECT c.user_id FROM credential c JOIN password_reset r ON r.user_id = c.user_id JOIN app_user u ON u.id = c.user_id
    WHERE r.token_hash = $1 AND r.expires_at > clock_timestamp() AND u.status = 'active' AND u.deleted_at IS NULL
    FOR UPDATE OF c),
  used AS (DELETE FROM password_reset r USING held WHERE r.user_id = held.user_id AND r.token_hash = $1 RETURNING r.user_id)
  UPDATE credential c SET password_hash = $2, changed_at = clock_timestamp(), changed_in = NULL
  FROM used WHERE c.user_id = used.user_id RETURNING c.user_id`;

/** How a user who has forgotten his password gets another one. */
@Injectable()
export class PasswordResets {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly queries: RecordQueries,
    private readonly reach: Reach,
    private readonly passwords: Passwords,
    private readonly throttle: ResetThrottle,
    private readonly mails: MailQueue,
    private readonly smtp: Smtp,
    private readonly changes: AuthChanges,
  ) {}

  /**
   * Sends a link to the user who has this email, and tells nobody whether there is one.
   *
   * @throws Conflict `mail.not-configured`
   * @throws Problem 429 after too many requests, as at login
   */
  async ask(email: string, address: string): Promise<void> {
    if (!this.smtp.isConfigured)
      throw new Conflict("mail.not-configured", "This install sends no mail: ask an administrator for a link.");
    const wanted = normalEmail(email);
    await this.throttle.before(wanted, address);
    this.throttle.failed(wanted, address); // each one counts: nobody may know which are in vain
    const { id, hash } = this.newLink();
    await this.database.query(ASK, [wanted, hash, id]);
    this.mails.wake();
  }

  /**
   * A link for a user who asked an administrator; it goes by mail where there is a mail server.
   *
   * @throws Forbidden for a user who may do more than the caller, who could follow the link himself
   * @throws Conflict `user.not-active`
   */
  async make(userId: string, who: RequestContext): Promise<{ passwordResetUrl?: string }> {
    const { roleIds } = await this.queries.get(USERS, userId, who);
    await this.reach.mustCover(who, roleIds as string[]);
    const { id, token, hash } = this.newLink();
    const made = this.smtp.isConfigured
      ? await this.database.query(MAIL_TO, [userId, hash, id])
      : await this.database.query(LINK_FOR, [userId, hash]);
    if (made.length === 0) throw new Conflict("user.not-active", "The user is not active.");
    if (!this.smtp.isConfigured) return { passwordResetUrl: this.config.passwordResetLink.replace("{token}", token) };
    this.mails.wake();
    return {};
  }

  /**
   * Gives the user of a link the password that he chose, and ends all his sessions.
   *
   * @throws Problem 410 for a link that is wrong, expired, used or void; RuleViolation for a weak password
   */
  async choose(token: string, password: string): Promise<void> {
    const hash = hashToken(token);
    if ((await this.database.query(FIND, [hash])).length === 0) throw refused();
    const chosen = await this.passwords.hash(password);
    if ((await this.database.query(CHOOSE, [hash, chosen])).length === 0) throw refused();
    await this.changes.announce();
  }

  private newLink() {
    const id = randomUUID();
    const token = resetToken(this.config.cursorSecret, id);
    return { id, token, hash: hashToken(token) };
  }
}

function refused(): Problem {
  return new Problem(410, "password-reset.refused", "This link is not good, or not any more.");
}
