import type { RequestContext } from "@kehu/auth";
import { NotFound, Problem, RuleViolation } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { AuthChanges } from "../access/auth-changes.ts";
import { AuditLog } from "../audit/audit-log.service.ts";
import { entriesFrom, requester } from "../audit/entry.ts";
import { LoginThrottle } from "./attempt-throttle.ts";
import { Passwords } from "./passwords.ts";

/** A login that still counts. */
export interface OpenSession {
  id: string;
  createdAt: Date;
  /** When its tokens were last renewed. */
  lastUsedAt: Date;
  expiresAt: Date;
}

const LIST = `
  SELECT s.id, s.created_at AS "createdAt", s.expires_at AS "expiresAt",
    coalesce((SELECT max(t.used_at) FROM refresh_token t WHERE t.session_id = s.id), s.created_at) AS "lastUsedAt"
  FROM session s WHERE s.user_id = $1 AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp()
  ORDER BY s.created_at DESC, s.id`;

const tellOf = (revoked: string) =>
  `INSERT INTO auth_change (kind, subject) SELECT 'session', id FROM ${revoked} RETURNING subject`;

/** @param first number of the first parameter that says who ends them */
const enterEnds = (first: number) => entriesFrom("revoked", "identity.session.ended", "session", "id", first);

const END_ONE = `
  WITH revoked AS (
    UPDATE session SET revoked_at = clock_timestamp() WHERE user_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING id),
  entered AS (${enterEnds(3)})
  ${tellOf("revoked")}`;

/** All but the one that is named. */
const END_ALL = `
  WITH revoked AS (
    UPDATE session SET revoked_at = clock_timestamp()
    WHERE user_id = $1 AND id IS DISTINCT FROM $2 AND revoked_at IS NULL RETURNING id),
  entered AS (${enterEnds(3)})
  ${tellOf("revoked")}`;

/** Of two at once one wins. A trigger ends the other sessions. */
const CHANGE_PASSWORD = `
  WITH changed AS (
    UPDATE credential SET password_hash = $3, changed_at = clock_timestamp(), changed_in = $4
    WHERE user_id = $1 AND password_hash = $2 RETURNING user_id),
  entered AS (${entriesFrom("changed", "identity.password.changed", "user", "user_id", 5)})
  SELECT user_id FROM changed`;

/** What a user has open, and how it is closed. Every end counts on every replica as soon as it has been announced. */
@Injectable()
export class OpenSessions {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly throttle: LoginThrottle,
    private readonly changes: AuthChanges,
    private readonly audit: AuditLog,
  ) {}

  async list(userId: string): Promise<OpenSession[]> {
    return this.database.query<OpenSession>(LIST, [userId]);
  }

  /** @throws NotFound for a user who is not there */
  async mustKnow(userId: string): Promise<void> {
    const found = await this.database.query("SELECT 1 FROM app_user WHERE id = $1 AND deleted_at IS NULL", [userId]);
    if (found.length === 0) throw new NotFound();
  }

  /** @throws NotFound for a session that is not the user's, or has ended */
  async end(userId: string, sessionId: string, who: RequestContext): Promise<void> {
    const ended = await this.database.query(END_ONE, [userId, sessionId, ...requester(who, who.requestId)]);
    if (ended.length === 0) throw new NotFound();
    await this.changes.announce();
  }

  /** @param kept the session that goes on; null: none */
  async endAll(userId: string, kept: string | null, who: RequestContext): Promise<void> {
    const ended = await this.database.query(END_ALL, [userId, kept, ...requester(who, who.requestId)]);
    if (ended.length > 0) await this.changes.announce();
  }

  /**
   * Gives the caller another password and ends his other sessions.
   *
   * @throws RuleViolation `password.wrong` where the old one is not his; `password.weak`
   * @throws Problem 429 after too many wrong tries, as at login
   */
  async changePassword(who: RequestContext, old: string, wanted: string, address: string): Promise<void> {
    const { actorId: userId, sessionId, requestId } = who;
    const [user] = await this.database.query<{ email: string; password_hash: string }>(
      "SELECT u.email, c.password_hash FROM app_user u JOIN credential c ON c.user_id = u.id WHERE u.id = $1",
      [userId],
    );
    if (!user) throw new NotFound();
    await this.throttle.before(user.email, address);
    if (!(await this.passwords.matches(old, user.password_hash))) {
      this.throttle.failed(user.email, address);
      await this.audit.write({
        action: "identity.password.changed",
        outcome: "failed",
        caller: who,
        address,
        requestId,
        recordType: "user",
        recordId: userId,
      });
      throw wrongPassword();
    }
    this.throttle.succeeded(user.email, address);
    const hash = await this.passwords.hash(wanted, "newPassword");
    const changed = await this.database.query(CHANGE_PASSWORD, [
      userId,
      user.password_hash,
      hash,
      sessionId,
      ...requester(who, requestId),
    ]);
    if (changed.length === 0) throw new Problem(409, "password.changed", "The password was changed a moment ago.");
    await this.changes.announce();
  }
}

function wrongPassword(): RuleViolation {
  const message = "This is not the present password.";
  return new RuleViolation("password.wrong", message, {
    errors: [{ field: "currentPassword", code: "password.wrong", message }],
  });
}
