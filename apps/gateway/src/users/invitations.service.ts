import { NO_RULES, type RequestContext, type Scope } from "@kehu/auth";
import { Forbidden, Problem } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { RecordQueries, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { Config } from "../gateway-config.ts";
import { beyondOwn } from "../roles/grants.ts";
import { Passwords } from "../sessions/passwords.ts";
import { SessionsService, type Tokens } from "../sessions/sessions.service.ts";
import { setPassword } from "./credential.ts";
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
  ) {}

  /** The link for a user who is invited. */
  urlFor(user: { id: string; email: string }): string {
    const token = invitationToken(this.config.cursorSecret, user, this.writing.clock.now().getTime());
    return `${this.config.publicUrl}/v1/auth/invitations/${token}/accept`;
  }

  /**
   * A new link for a user who has not taken up his invitation yet.
   *
   * @throws Forbidden for a user who will be allowed more than the caller, who could follow the link himself
   */
  async renew(id: string, who: RequestContext): Promise<{ invitationUrl: string }> {
    const { email, status, roleIds } = await this.queries.get(USERS, id, who);
    const roles = await this.database.query<{ grants: Record<string, Scope> }>(
      "SELECT grants FROM role WHERE id = ANY($1) AND deleted_at IS NULL",
      [roleIds],
    );
    if (roles.some(({ grants }) => beyondOwn(who, grants)))
      throw new Forbidden("user.beyond-own", "You cannot invite somebody who may do more than you.");
    if (status !== "invited")
      throw new Problem(409, "user.not-invited", "The user has taken up his invitation already.");
    return { invitationUrl: this.urlFor({ id, email: email as string }) };
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
  };
}
