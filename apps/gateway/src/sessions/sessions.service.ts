import { Problem } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { normalEmail } from "@kehu/records";
import { Injectable, Logger } from "@nestjs/common";
import { v7 as uuidv7 } from "uuid";
import { signAccessToken } from "../access/access-token.ts";
import { AuthChanges } from "../access/auth-changes.ts";
import { addressOf, type AuditedRequest } from "../audit/audited-request.ts";
import { AuditLog } from "../audit/audit-log.service.ts";
import { entriesFrom, requester, type Caller, type OwnAction, type Outcome } from "../audit/entry.ts";
import { ACCESS_LIFETIME, KeyRing } from "../keys/key-ring.ts";
import { LoginThrottle } from "./attempt-throttle.ts";
import { hashToken, newToken } from "./one-time-tokens.ts";
import { Passwords } from "./passwords.ts";
import { SessionsQueries } from "./sessions.queries.ts";

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  tokenType: "Bearer";
  expiresIn: number;
}

/** A login is good for so long, however often it is refreshed. */
const SESSION_DAYS = 30;

/**
 * Only where the password is still the one that was proved, and the user active. Both stay so until the session is there,
 * so whoever changes them finds it and ends it.
 */
const OPEN = `
  WITH proved AS (
    SELECT u.id FROM app_user u JOIN credential c ON c.user_id = u.id
    WHERE u.id = $2 AND u.status = 'active' AND u.deleted_at IS NULL AND c.password_hash = $4 FOR SHARE),
  opened AS (
    INSERT INTO session (id, user_id, expires_at)
    SELECT $1, id, clock_timestamp() + interval '${SESSION_DAYS} days' FROM proved RETURNING id),
  entered AS (${entriesFrom("opened", "identity.session.opened", "session", "id", 5)})
  INSERT INTO refresh_token (token_hash, session_id) SELECT $3, id FROM opened RETURNING session_id`;

/** Spends the old token and stores the new one in one statement, so that of twins one wins. */
const ROTATE = `
  WITH spent AS (
    UPDATE refresh_token t SET used_at = clock_timestamp() FROM session s JOIN app_user u ON u.id = s.user_id
    WHERE t.token_hash = $1 AND t.used_at IS NULL AND s.id = t.session_id
      AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp() AND u.status = 'active' AND u.deleted_at IS NULL
    RETURNING s.id, s.user_id),
  stored AS (INSERT INTO refresh_token (token_hash, session_id) SELECT $2, id FROM spent)
  SELECT id, user_id FROM spent`;

const revokeFor = (action: OwnAction, outcome: Outcome) => `
  WITH revoked AS (
    UPDATE session SET revoked_at = clock_timestamp() WHERE id = $1 AND revoked_at IS NULL RETURNING id),
  entered AS (${entriesFrom("revoked", action, "session", "id", 2, outcome)})
  INSERT INTO auth_change (kind, subject) SELECT 'session', id FROM revoked RETURNING subject`;
const LOGOUT = revokeFor("identity.session.ended", "done");
const REUSED = revokeFor("identity.session.refresh-reused", "failed");

/** Logins: sessions and the tokens of each. */
@Injectable()
export class SessionsService {
  private readonly log = new Logger(SessionsService.name);

  constructor(
    private readonly database: Database,
    private readonly queries: SessionsQueries,
    private readonly passwords: Passwords,
    private readonly throttle: LoginThrottle,
    private readonly keys: KeyRing,
    private readonly changes: AuthChanges,
    private readonly audit: AuditLog,
  ) {}

  /** @throws Problem 401 `login.refused`, the same for an unknown user, a wrong password and a suspended user */
  async login(email: string, password: string, request: AuditedRequest): Promise<Tokens> {
    const wanted = normalEmail(email);
    const address = request.ip;
    await this.throttle.before(wanted, address);
    const user = await this.queries.login(wanted);
    const good = await this.passwords.matches(password, user?.password_hash ?? undefined);
    const tokens = user?.password_hash && good && (await this.open(user.id, user.password_hash, request.id));
    if (!tokens) {
      this.throttle.failed(wanted, address);
      await this.enterFailure(user?.id, request);
      throw new Problem(401, "login.refused", "Email and password do not belong to an active user.");
    }
    this.throttle.succeeded(wanted, address);
    return tokens;
  }

  /**
   * Opens a session for a user who has proved who he is.
   *
   * @param proved the hash of the password that he gave
   * @returns undefined where it is not his password any more, or he is not active
   */
  async open(userId: string, proved: string, requestId: string): Promise<Tokens | undefined> {
    const sessionId = uuidv7();
    const refreshToken = newToken();
    const opener = requester({ actorType: "user", actorId: userId, sessionId }, requestId);
    const values = [sessionId, userId, hashToken(refreshToken), proved, ...opener];
    const opened = await this.database.query(OPEN, values);
    return opened.length > 0 ? this.tokens(userId, sessionId, refreshToken) : undefined;
  }

  /** Trades a refresh token for new tokens, once. A token that comes twice ends the session that it belongs to. */
  async refresh(spent: string, requestId: string): Promise<Tokens> {
    const refreshToken = newToken();
    const hash = hashToken(spent);
    const [session] = await this.database.query<{ id: string; user_id: string }>(ROTATE, [
      hash,
      hashToken(refreshToken),
    ]);
    if (session) return this.tokens(session.user_id, session.id, refreshToken);
    await this.punishReuse(hash, requestId);
    throw new Problem(401, "refresh.refused", "This refresh token is not good, or not any more.");
  }

  async logout(sessionId: string, who: Caller & { requestId: string }): Promise<void> {
    await this.revoke(LOGOUT, sessionId, requester(who, who.requestId));
  }

  private async punishReuse(hash: Buffer, requestId: string): Promise<void> {
    const [reused] = await this.database.query<{ session_id: string }>(
      "SELECT session_id FROM refresh_token WHERE token_hash = $1 AND used_at IS NOT NULL",
      [hash],
    );
    if (!reused || !(await this.revoke(REUSED, reused.session_id, requester(undefined, requestId)))) return;
    this.log.warn(`A refresh token was used twice: session ${reused.session_id} is revoked.`);
  }

  private async revoke(statement: string, sessionId: string, by: (string | null)[]): Promise<boolean> {
    const revoked = await this.database.query(statement, [sessionId, ...by]);
    if (revoked.length > 0) await this.changes.announce();
    return revoked.length > 0;
  }

  /** The account that was tried, where there is one; never what was typed. */
  private enterFailure(userId: string | undefined, request: AuditedRequest): Promise<void> {
    return this.audit.write({
      action: "identity.session.opened",
      outcome: "failed",
      caller: undefined,
      address: addressOf(request),
      requestId: request.id,
      recordType: userId === undefined ? null : "user",
      recordId: userId ?? null,
    });
  }

  private tokens(userId: string, sessionId: string, refreshToken: string): Tokens {
    const accessToken = signAccessToken(userId, sessionId, this.keys.current(Date.now()));
    return { accessToken, refreshToken, tokenType: "Bearer", expiresIn: ACCESS_LIFETIME };
  }
}
