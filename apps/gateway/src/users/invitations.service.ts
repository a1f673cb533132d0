import { NO_RULES, type RequestContext } from "@kehu/auth";
import { Problem } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { RecordQueries, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { Config } from "../gateway-config.ts";
import { MailQueue } from "../mail/mail-queue.service.ts";
import { Smtp } from "../mail/smtp.service.ts";
import { Passwords } from "../sessions/passwords.ts";
import { SessionsService, type Tokens } from "../sessions/sessions.service.ts";
import { setPassword } from "./credential.ts";
import { Reach } from "./reach.service.ts";
import { invitationToken, provesToken, userOfToken } from "./invitation-token.ts";
import { USERS } from "./users.resource.ts";

/** Invitations: the link for an invited user, and how he takes it up. */
@Injectable()
export class InvitationsService {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly queries: RecordQueries,
    private readonly writing: Writing,
    private readonly passwords: Passwords,
    private readonly sessions: SessionsService,
    private readonly reach: Reach,
    private readonly mails: MailQueue,
    private readonly smtp: Smtp,
  ) {}

  /** What a reply shows of the link for a user who is invited: nothing, where he gets it by mail. */
  linkFor(user: { id: string; email: string }): { invitationUrl?: string } {
    if (this.smtp.isConfigured) return {};
    const token = invitationToken(this.config.cursorSecret, user, this.writing.clock.now().getTime());
    return { invitationUrl: this.config.invitationLink.replace("{token}", token) };
  }

  /**
   * A new link for a user who has not taken up his invitation yet.
   *
   * @throws Forbidden for a user who will be allowed more than the caller, who could follow the link himself
   */
  async renew(id: string, who: RequestContext): Promise<{ invitationUrl?: string }> {
    const { email, status, roleIds } = await this.queries.get(USERS, id, who);
    await this.reach.mustCover(who, roleIds as string[]);
    if (status !== "invited")
      throw new Problem(409, "user.not-invited", "The user has taken up his invitation already.");
    if (this.smtp.isConfigured) {
      await this.database.query(
        "INSERT INTO mail_due (id, kind, user_id) VALUES (gen_random_uuid(), 'invitation', $1)",
        [id],
      );
      this.mails.wake();
    }
    return this.linkFor({ id, email: email as string });
  }

  /**
   * Sets the password of an invited user, makes him active and signs him in.
   *
   * @throws Problem 410 for a link that is wrong, expired or used; RuleViolation for a weak password
   */
  async accept(token: string, password: string, request: { id: string }): Promise<Tokens> {
    const now = this.writing.clock.now();
    const id = userOfToken(token, now.getTime());
    const user = id === undefined ? undefined : await this.invited(id);
    if (!user || !provesToken(this.config.cursorSecret, token, user)) throw refused();
    const hash = await this.passwords.hash(password);
    await this.writing.records.change(USERS, user.id, asHimself(user.id, request.id), async (record, tx) => {
      if (record.status !== "invited" || record.email !== user.email) throw refused();
      await setPassword(tx, record.id, hash);
      return record.activate(now);
    });
    const tokens = await this.sessions.open(user.id, hash, request.id);
    if (!tokens) throw refused(); // he was suspended in between, or has another password
    return tokens;
  }

  private async invited(id: string): Promise<{ id: string; email: string } | undefined> {
    const [user] = await this.database.query<{ id: string; email: string }>(
      "SELECT id, email FROM app_user WHERE id = $1 AND status = 'invited' AND deleted_at IS NULL",
      [id],
    );
    return user;
  }
}

function refused(): Problem {
  return new Problem(410, "invitation.refused", "This invitation is not good, or not any more.");
}

/** The context of a person who has proved who he is by his link. */
function asHimself(id: string, requestId: string): RequestContext {
  return {
    actorType: "user",
    actorId: id,
    sessionId: null,
    origin: "api",
    requestId,
    grants: { "identity.user.read": "all", "identity.user.write": "all" },
    fieldRules: NO_RULES,
    place: null,
    permission: "identity.user.write",
    ifMatch: null,
    idempotency: null,
    jobId: null,
    language: "en",
    timeZone: null,
  };
}
